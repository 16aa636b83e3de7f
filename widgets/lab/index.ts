/** The JupyterLab extension: sound files, the course, and what notebooks show of our widgets. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ILayoutRestorer } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { IDefaultFileBrowser } from "@jupyterlab/filebrowser";
import { ILauncher } from "@jupyterlab/launcher";
import type { NotebookPanel } from "@jupyterlab/notebook";
import { INotebookTracker } from "@jupyterlab/notebook";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { ITranslator } from "@jupyterlab/translation";
import { setTranslator, t } from "../core/i18n.js";
import { Scope } from "../core/scope.js";
import type { Settings } from "../ui/explorer-state.js";
import { addFallback } from "./fallback.js";
import { insertBelow, listenForCode } from "./insert.js";
import { CoursePanel, courseIcon } from "./panel.js";
import { SoundFactory } from "./viewer.js";

const PLUGIN = "musicnb:plugin";
const FACTORY = "musicnb spectrogram explorer";
/** JupyterLab's own names for sound files. */
const FILE_TYPES = ["wav", "flac", "ogg", "opus", "mp3"];
const EXAMPLE = 'import musicnb\n\nmusicnb.SpectrogramExplorer(musicnb.load("demo:starfall"))';

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: "Sound files, the course, and the widgets of musicnb",
  autoStart: true,
  optional: [ITranslator, ISettingRegistry, INotebookTracker, IDefaultFileBrowser, ILauncher, ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    registry: ISettingRegistry | null,
    notebooks: INotebookTracker | null,
    browser: IDefaultFileBrowser | null,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
  ) => {
    if (translator) {
      const bundle = translator.load("musicnb");
      setTranslator((text) => bundle.__(text));
    }
    addViewer(app, registry);
    if (notebooks) addToNotebooks(app, notebooks);
    const panel = addPanel(app, browser, restorer);
    addCommands(app, browser, panel);
    for (const command of ["musicnb:open-course", "musicnb:open-explorer", "musicnb:new-explorer-notebook"]) palette?.addItem({ command, category: "musicnb" });
    for (const [rank, command] of ["musicnb:open-course", "musicnb:new-explorer-notebook"].entries()) launcher?.add({ command, category: "musicnb", rank });
  },
};

function addViewer(app: JupyterFrontEnd, registry: ISettingRegistry | null): void {
  let settings: Partial<Settings> = {};
  registry?.load(PLUGIN).then(
    (loaded) => {
      const read = (): void => {
        settings = loaded.composite;
      };
      loaded.changed.connect(read);
      read();
    },
    (error: unknown) => console.warn(error),
  );
  const known = FILE_TYPES.filter((name) => app.docRegistry.getFileType(name));
  const options = { name: FACTORY, label: t("Spectrogram explorer"), fileTypes: known, modelName: "base64", readOnly: true };
  app.docRegistry.addWidgetFactory(new SoundFactory(options, app.serviceManager.contents, () => settings));
}

function addToNotebooks(app: JupyterFrontEnd, notebooks: INotebookTracker): void {
  notebooks.widgetAdded.connect((_, panel) => addFallback(panel.content.rendermime));
  notebooks.forEach((panel) => addFallback(panel.content.rendermime));
  listenForCode(new Scope(), notebooks);
  app.commands.addCommand("musicnb:insert-code", {
    label: t("Insert code below"),
    isEnabled: () => notebooks.currentWidget !== null,
    execute: ({ code }) => typeof code === "string" && insertBelow(notebooks, code),
  });
}

function addPanel(app: JupyterFrontEnd, browser: IDefaultFileBrowser | null, restorer: ILayoutRestorer | null): CoursePanel {
  const folder = (): string => browser?.model.path ?? "";
  const panel = new CoursePanel(app.serviceManager.contents, folder, (path) => void app.commands.execute("docmanager:open", { path }));
  browser?.model.pathChanged.connect(() => {
    if (panel.isVisible) void panel.refresh();
  });
  restorer?.add(panel, panel.id);
  app.shell.add(panel, "left", { rank: 150, type: "musicnb" });
  return panel;
}

function addCommands(app: JupyterFrontEnd, browser: IDefaultFileBrowser | null, panel: CoursePanel): void {
  const { commands } = app;
  commands.addCommand("musicnb:open-course", {
    label: t("Course"),
    caption: t("The lessons, and how far you have come"),
    icon: courseIcon,
    execute: () => app.shell.activateById(panel.id),
  });
  commands.addCommand("musicnb:open-explorer", {
    label: t("Open the selected sound file as a spectrogram"),
    execute: () => {
      const item = Array.from(browser?.selectedItems() ?? []).at(0);
      if (item) return commands.execute("docmanager:open", { path: item.path, factory: FACTORY });
      throw new Error(t("Select a sound file in the file browser first."));
    },
  });
  commands.addCommand("musicnb:new-explorer-notebook", {
    label: t("Spectrogram explorer"),
    caption: t("A new notebook that shows a song"),
    icon: courseIcon,
    execute: async () => {
      const cwd = browser?.model.path ?? "";
      const made = (await commands.execute("notebook:create-new", { cwd, kernelName: "python3" })) as NotebookPanel;
      await made.context.ready;
      made.content.activeCell?.model.sharedModel.setSource(EXAMPLE);
      await made.sessionContext.ready;
      await commands.execute("notebook:run-cell");
    },
  });
}

export default plugin;
