/** The side panel of the course: lessons, what they need, and how far one has come. */
import { Dialog, showDialog, showErrorMessage } from "@jupyterlab/apputils";
import type { Contents } from "@jupyterlab/services";
import { LabIcon } from "@jupyterlab/ui-components";
import type { Message } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import { t } from "../core/i18n.js";
import { Scope } from "../core/scope.js";
import { button, element } from "../ui/controls.js";
import { addStyle } from "../ui/style.js";
import { COURSE, readLessons, startAfresh } from "./lessons.js";
import type { Lesson } from "./lessons.js";

export const courseIcon = new LabIcon({
  name: "musicnb:course",
  svgstr: '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16"><path class="jp-icon3" fill="#616161" d="M1 10h2V6H1zm4 4h2V2H5zm4-3h2V5H9zm4-2h2V7h-2z"/></svg>',
});

const CSS = `
.mnb-course{height:100%;overflow:auto;border:0;border-radius:0;padding:8px}
.mnb-course h2{font-size:14px;margin:2px 0 8px}
.mnb-course ul{list-style:none;margin:0;padding:0}
.mnb-course li{border:1px solid var(--mnb-line);border-radius:6px;padding:8px;margin-bottom:8px}
.mnb-course h3{font-size:13px;margin:0 0 4px}
.mnb-course progress{width:100%;height:8px;accent-color:var(--mnb-accent)}
.mnb-course .mnb-needs{margin:4px 0}
.mnb.mnb-course button{border-color:var(--mnb-line)}
`;

export class CoursePanel extends Widget {
  private readonly scope = new Scope();
  private readonly root = element("div", "mnb mnb-course");

  constructor(
    private readonly contents: Contents.IManager,
    private readonly folder: () => string,
    private readonly open: (path: string) => void,
  ) {
    super();
    this.id = "musicnb-course";
    this.title.icon = courseIcon;
    this.title.caption = t("musicnb course");
    addStyle(this.node, CSS);
    this.node.append(this.root);
    contents.fileChanged.connect(() => {
      if (this.isVisible) void this.refresh();
    });
  }

  override dispose(): void {
    this.scope.end();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this.refresh();
  }

  async refresh(): Promise<void> {
    let lessons: Lesson[] = [];
    try {
      lessons = await readLessons(this.contents, this.folder());
    } catch {
      // A folder that has gone has no lessons: the same sentence serves.
    }
    const list = element("ul");
    list.append(...lessons.map((lesson) => this.entry(lesson)));
    const done = lessons.filter(({ state }) => state === "done").length;
    const head = element("h2", "", t("Course: {done} of {all} lessons done", { done, all: lessons.length }));
    const none = element("p", "", t("No lessons here. Go to the folder of the lessons in the file browser; “musicnb lab” makes one."));
    const again = button(this.scope, t("Refresh"), { text: t("Refresh") }, () => void this.refresh());
    this.root.replaceChildren(...(lessons.length ? [head, list] : [none]), again);
  }

  private entry(lesson: Lesson): HTMLLIElement {
    const entry = element("li");
    const bar = element("div", "mnb-group");
    bar.append(
      button(this.scope, t("Open {title}", { title: lesson.title }), { text: t("Open") }, () => this.open(lesson.path)),
      button(this.scope, t("Start {title} afresh", { title: lesson.title }), { text: t("Start afresh") }, () => void this.afresh(lesson)),
    );
    entry.append(element("h3", "", lesson.title), element("div", "", sayState(lesson)));
    if (lesson.points) {
      const progress = element("progress");
      progress.max = lesson.points;
      progress.value = lesson.score ?? 0;
      progress.setAttribute("aria-label", t("Score of {title}", { title: lesson.title }));
      entry.append(progress);
    }
    entry.append(element("div", "mnb-needs", sayNeeds(lesson)), bar);
    return entry;
  }

  private async afresh(lesson: Lesson): Promise<void> {
    const { title } = lesson;
    const answer = await showDialog({
      title: t("Start afresh?"),
      body: t("{title} will be as it was released. What you have now is kept beside it, under another name.", { title }),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: t("Start afresh") })],
    });
    if (!answer.button.accept) return;
    try {
      await startAfresh(this.contents, lesson.path);
    } catch {
      await showErrorMessage(t("Not possible"), t("There is no original of {title} in {folder}/originals. Nothing was changed.", { title, folder: COURSE }));
    }
    await this.refresh();
  }
}

function sayState({ state, score, points }: Lesson): string {
  const words = { "not started": t("not started"), started: t("started"), done: t("done") }[state];
  return points === null ? words : t("{state}, {score} of {points} points", { state: words, score: score ?? 0, points });
}

function sayNeeds({ minutes, memory, device }: Lesson): string {
  const parts = [];
  if (minutes !== null) parts.push(t("{minutes} min", { minutes }));
  if (memory !== null) parts.push(t("up to {memory} MB", { memory }));
  parts.push(device === "cpu" ? t("no GPU needed") : t("GPU recommended"));
  return parts.join(" · ");
}
