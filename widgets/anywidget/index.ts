/** The module of the widgets that most notebooks show; the trait `_kind` says which is meant. */
import { renderEffects } from "./effects.js";
import { renderExplorer } from "./explorer.js";
import { renderMixer } from "./mixer.js";
import { renderQuiz } from "./quiz.js";
import { viewOf, type Render } from "./view.js";

const KINDS: Partial<Record<string, Render>> = {
  effects: renderEffects,
  explorer: renderExplorer,
  mixer: renderMixer,
  quiz: renderQuiz,
};

export default viewOf((model) => KINDS[String(model.get("_kind"))]);
