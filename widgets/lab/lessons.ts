/**
 * What the side panel knows of a folder of lessons.
 *
 * Beside the notebooks lies `musicnb-course/progress.json`, which the course writes:
 * `{"version": 1, "lessons": {"00_welcome": {"score": 3, "points": 5, "state": "started"}}}`,
 * and `musicnb-course/originals/NAME.ipynb`, the notebooks as they were released. Neither must
 * exist. The folder's name has no dot, because Jupyter's servers do not hand out hidden files.
 * Each notebook's own metadata tell the rest: `musicnb: {"title", "minutes", "device",
 * "budget": {"seconds", "memory_mb"}}`.
 */
import type { Contents } from "@jupyterlab/services";

export interface Lesson {
  readonly path: string;
  readonly title: string;
  readonly state: "not started" | "started" | "done";
  readonly score: number | null;
  readonly points: number | null;
  readonly minutes: number | null;
  readonly memory: number | null;
  readonly device: string;
}

interface Progress {
  readonly score?: number;
  readonly points?: number;
  readonly state?: string;
}

interface Metadata {
  readonly title?: string;
  readonly minutes?: number;
  readonly device?: string;
  readonly budget?: { readonly memory_mb?: number };
}

export const COURSE = "musicnb-course";
const STATES = ["not started", "started", "done"] as const;

export async function readLessons(contents: Contents.IManager, folder: string): Promise<Lesson[]> {
  const listing = (await contents.get(folder)).content as Contents.IModel[];
  const notebooks = listing.filter(({ type, name }) => type === "notebook" && /^\d\d_\w+\.ipynb$/.test(name));
  // Looked for before it is read: a page that asks for what is not there complains in its console.
  const about = listing.find(({ type, name }) => type === "directory" && name === COURSE);
  const progress = about ? await readProgress(contents, about.path) : {};
  const lessons = await Promise.all(notebooks.map(({ path, name }) => readLesson(contents, path, progress[name.replace(/\.ipynb$/, "")] ?? {})));
  return lessons.sort((a, b) => a.path.localeCompare(b.path));
}

async function readLesson(contents: Contents.IManager, path: string, progress: Progress): Promise<Lesson> {
  const notebook = (await contents.get(path)).content as { metadata?: { musicnb?: Metadata }; cells?: { cell_type: string; source: string | string[] }[] };
  const about = notebook.metadata?.musicnb ?? {};
  return {
    path,
    title: about.title ?? heading(notebook.cells ?? []) ?? path.slice(path.lastIndexOf("/") + 1),
    state: STATES.find((each) => each === progress.state) ?? "not started",
    score: progress.score ?? null,
    points: progress.points ?? null,
    minutes: about.minutes ?? null,
    memory: about.budget?.memory_mb ?? null,
    device: about.device ?? "cpu",
  };
}

function heading(cells: readonly { cell_type: string; source: string | string[] }[]): string | null {
  for (const { cell_type, source } of cells) {
    const text = Array.isArray(source) ? source.join("") : source;
    const found = cell_type === "markdown" ? /^#\s+(.+)$/m.exec(text) : null;
    if (found) return found[1];
  }
  return null;
}

/** No file, or one that cannot be read, means that nothing has been done yet. */
async function readProgress(contents: Contents.IManager, folder: string): Promise<Partial<Record<string, Progress>>> {
  try {
    const file = await contents.get(`${folder}/progress.json`, { type: "file", format: "text", content: true });
    const parsed = JSON.parse(String(file.content)) as { lessons?: Record<string, Progress> };
    return parsed.lessons ?? {};
  } catch {
    return {};
  }
}

/** Put a lesson back as it was released; what was there is kept beside it. Returns its name. */
export async function startAfresh(contents: Contents.IManager, path: string): Promise<string> {
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  const name = path.slice(folder ? folder.length + 1 : 0);
  // Read first: without an original nothing is touched.
  const original = await contents.get(join(folder, `${COURSE}/originals/${name}`));
  const stamp = new Date().toISOString().slice(0, 19).replace(/[T:]/g, "-");
  const kept = join(folder, name.replace(/\.ipynb$/, `.before-${stamp}.ipynb`));
  await contents.rename(path, kept);
  await contents.save(path, { type: "notebook", format: "json", content: original.content as never });
  return kept;
}

export const join = (folder: string, name: string): string => (folder ? `${folder}/${name}` : name);
