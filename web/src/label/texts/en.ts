/** English. */

import type { Texts } from "./texts";

export const en: Texts = {
  locale: "en",
  documentTitle: (title) => `Labelling ${title}`,
  themeToDark: "Dark colours",
  themeToLight: "Light colours",

  name: {
    title: "Who is labelling?",
    lead: "Your answers are kept under this name, apart from everybody else’s.",
    field: "Your name",
    start: "Start",
    bad: "Begin with a letter or a digit; then letters, digits, spaces, dots or hyphens, 40 at most.",
    change: (name) => `You are ${name}. Change`,
  },

  progress: (done, open) => `${done} done, ${open} to go`,
  modelLooks: (seen, all) => `The model has looked at ${seen} of ${all} so far.`,
  answers: "Answers",
  flags: "In the picture",
  filed: "as filed",
  isDone: "Done",
  hint: "What does the model say?",
  modelSays: (anime, cartoon) => `Model: anime ${anime}, cartoon ${cartoon}`,
  modelSaysNothing: "The model has not looked at it yet.",
  noPicture: "This picture cannot be shown.",

  back: "Back",
  skip: "Skip",
  done: "Done",
  shortcuts: "Keyboard shortcuts",

  kept: "All kept",
  keeping: "Keeping…",
  waiting: (count) =>
    count === 1
      ? "1 answer waits on this device: the server does not answer"
      : `${count} answers wait on this device: the server does not answer`,
  refused: (reason) => `The server refused an answer: ${reason}`,
  noServer: "The server does not answer. Trying again…",
  noKey: "This address lacks its key. Open the whole link that `animeter data label` printed.",

  end: {
    title: "Nothing left to label",
    lead: (done) => `You are done with ${done}. Thank you!`,
    skipped: (count) => (count === 1 ? "You skipped 1 picture." : `You skipped ${count} pictures.`),
    again: "Look at them again",
    more: "Look for new ones",
  },

  agreement: {
    title: "Agreement",
    lead: "Cohen’s kappa: 1 is full agreement, 0 is what guessing gives.",
    nobody: "No two people have looked at the same picture yet.",
    mark: "Question",
    people: "People",
    same: "Same answer",
    sameOf: (same, of) => `${same} of ${of}`,
    kappa: "Kappa",
    done: (who, done) => `${who}: ${done} done`,
    close: "Close",
  },

  marks: {
    style: "Style",
    type: "Character",
    has_text: "Has text",
    has_logo: "Has a logo",
    empty: "Empty",
  },
  values: {
    anime: "Anime",
    cartoon: "Cartoon",
    neither: "Neither",
    borderline: "Borderline",
    male: "Male",
    female: "Female",
    nonhuman: "Non-human",
    mixed: "Several kinds",
    none: "Nobody",
    yes: "Yes",
    no: "No",
  },
};
