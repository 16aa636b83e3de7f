/** The quiz in a notebook: traits on one side, the form on the other. */
import type { Scope } from "../core/scope.js";
import { Channel } from "../sources/channel.js";
import type { Model } from "../sources/channel.js";
import { soundsOf } from "../sources/comm.js";
import { mountQuiz } from "../ui/quiz.js";
import type { QuizState } from "../ui/quiz.js";

const TRAITS = ["prompt", "kind", "options", "unit", "justify", "answer", "because", "state", "feedback", "locked"] as const;

const stateOf = (model: Model): QuizState => Object.fromEntries(TRAITS.map((trait) => [trait, model.get(trait)])) as unknown as QuizState;

export function renderQuiz(model: Model, host: HTMLElement, scope: Scope): void {
  const channel = new Channel(model, scope);
  const blind = (model.get("_infos") as unknown[]).length > 0;
  const handle = mountQuiz(host, scope, {
    ...stateOf(model),
    sounds: blind ? soundsOf(channel) : [],
    submit: async (answer, because) => {
      await channel.request("submit", { answer, because });
    },
  });
  channel.onSilence((text) => handle.notice(text));
  const hear = (): void => handle.set(stateOf(model));
  for (const trait of TRAITS) {
    model.on(`change:${trait}`, hear);
    scope.onEnd(() => model.off(`change:${trait}`, hear));
  }
}
