/** The page in English. */

import type { Texts } from "./texts";

export const en: Texts = {
  locale: "en",
  languageName: "English",

  documentTitle: "Animeter: anime or cartoon?",
  skipToContent: "Skip to the content",
  language: "Language",
  themeToDark: "Use dark colours",
  themeToLight: "Use light colours",

  views: { pictures: "Pictures", camera: "Camera", teach: "Teach" },

  pictures: {
    title: "Anime or cartoon?",
    lead: "See which it looks like, and why.",
    choose: "Choose pictures",
    hint: "You can also drop or paste them, as many as you like.",
    drop: "Let go to have a look",
    samples: "Or try one we drew",
    sampleNames: {
      anime: "Girl in the wind",
      cartoon: "Dog at home",
      both: "Two on one sheet",
      landscape: "Mountain lake",
    },
    sampleOpen: (name) => `Sample: ${name}`,
    ofSample: (name) => `Sample picture: ${name}`,
    ofPicture: (name) => `Your picture ${name}`,
    pasted: "Pasted picture",
    fromCamera: "Camera picture",
  },

  loading: {
    model: "Getting ready",
    percent: (percent) => `Fetching the model: ${percent}`,
    reading: "Looking…",
    failed: "Animeter could not start",
    again: "Try again",
  },

  likeness: {
    anime: "Anime",
    cartoon: "Cartoon",
    helpTitle: "What do the percentages mean?",
    help:
      "Each one says how likely it is that people would call the picture that. Of the pictures " +
      "that get 80 %, about 8 in 10 are. The two don't add up to 100 %: a picture can look like " +
      "both, or like neither.",
    lessThan: (percent) => `< ${percent}`,
    moreThan: (percent) => `> ${percent}`,
  },
  verdict: {
    anime: "Looks like anime",
    cartoon: "Looks like a cartoon",
    both: "Looks like both",
    neither: "Looks like neither",
    unsure: "Hard to tell",
  },
  verdictWord: {
    anime: "Anime",
    cartoon: "Cartoon",
    both: "Both",
    neither: "Neither",
    unsure: "Unsure",
  },
  verdictMeaning: {
    anime: "It is drawn the way Japanese animation usually is.",
    cartoon: "It is drawn the way Western cartoons usually are.",
    both: "It shows both, or is drawn in a way that belongs to both.",
    neither: "Perhaps a photo, a logo or another kind of picture.",
    unsure: "The signs are too mixed or too weak for a clear answer.",
  },

  why: {
    title: "Why?",
    off: "Picture",
    anime: "Anime parts",
    cartoon: "Cartoon parts",
    legendAnime: "The pink parts made it look like anime.",
    legendCartoon: "The golden parts made it look like a cartoon.",
    legendNothing: "Nothing in it stands out that way.",
    unavailable: "Not available for this picture.",
  },

  model: {
    line: (label, date) => `Model ${label}, made on ${date}`,
    here: (detail) => `Runs on this device (${detail})`,
    there: "Runs on the server",
    privateHere: "Your pictures stay on this device.",
    privateThere:
      "This browser can't run the model, so pictures are sent to the server of this page.",
  },

  gallery: {
    title: (count) => (count === 1 ? "1 picture" : `${count} pictures`),
    progress: (done, count) => `${done} of ${count} pictures`,
    sort: "Sort",
    byAnime: "Most anime first",
    byCartoon: "Most cartoon first",
    byOrder: "As added",
    csv: "Save CSV",
    json: "Save JSON",
    clear: "Clear",
    remove: (name) => `Remove ${name}`,
    waiting: "Waiting",
    failed: "Not readable",
    announce: (name, verdict, anime, cartoon) =>
      `${name}: ${verdict}. Anime ${anime}, cartoon ${cartoon}.`,
    announceAll: (count, failed) =>
      failed === 0 ? `${count} pictures done.` : `${count} pictures done, ${failed} not readable.`,
    announceRemoved: (name) => `${name} removed.`,
    announceCleared: "All pictures removed.",
  },

  camera: {
    title: "Point it at anything drawn",
    lead: "A screen, a poster, a page. The answer follows the picture.",
    start: "Start the camera",
    starting: "Starting…",
    stop: "Stop",
    freeze: "Freeze",
    resume: "Go on",
    turn: "Turn",
    keep: "Keep",
    kept: "Kept among your pictures.",
    video: "What the camera sees",
    speed: (perSecond) => `${perSecond} looks a second`,
  },

  teach: {
    title: "Teach it labels of your own",
    lead: "Give each label a few pictures. It learns in a moment, here in your browser.",
    unavailable: "Teaching needs the model in your browser, which this one can't run.",
    label: (number) => `Label ${number}`,
    labelName: "Name of the label",
    addLabel: "Add a label",
    removeLabel: (name) => `Remove the label ${name}`,
    addPictures: (name) => `Add pictures to ${name}`,
    addShot: (name) => `Add a camera shot to ${name}`,
    count: (count) => (count === 1 ? "1 picture" : `${count} pictures`),
    learn: "Learn",
    learning: "Learning…",
    needs: "Two labels with different names and two pictures each, and it can learn.",
    unreadable: (count) => (count === 1 ? "1 was not readable." : `${count} were not readable.`),
    take: "Take",
    done: "Done",
    picturesShort: "Pictures",
    learnt: (pictures, labels) => `Learnt ${labels} labels from ${pictures} pictures.`,
    rightOnKept: (right, of) => `Tried on pictures held back from it: ${right} of ${of} right.`,
    tryTitle: "Try it",
    tryPicture: "Try a picture",
    tryHint: "The percentages of your labels show here.",
    save: "Save what it learnt",
    open: "Open a saved one",
    opened: (name) => `Opened ${name}.`,
    nameOfHead: "my-labels",
  },

  errors: {
    empty_file: "This file is empty. Try saving or downloading it again.",
    unsupported_format:
      "This isn't a picture that this browser can open. Save it as JPEG, PNG or WebP and try again.",
    image_too_large: "This picture is too large. Make it smaller and try again.",
    unreadable_image: "This picture is damaged. Try another copy of it.",
    bad_bundle: "The model's files don't fit together. Load the page again.",
    offline: "You seem to be offline. Connect once, and then it works without a connection.",
    busy: "The server has much to do just now. Try again in a moment.",
    server_error: "The server could not answer. Try again later.",
    unsupported_browser: "This browser can't run the model. A newer one can.",
    disposed: "That was interrupted. Try again.",
    camera_refused:
      "The camera is not allowed for this page. Allow it in the browser's settings for this page.",
    camera_missing: "No camera was found on this device.",
    camera_busy: "Another program is using the camera. Close it and try again.",
    camera_insecure: "The camera needs a secure address, one that begins with https.",
    head_file_bad: "This file doesn't hold labels that Animeter has learnt.",
    head_other_model: "These labels were learnt with another model and don't fit this one.",
    unknown: "Something went wrong. Try again.",
  },
};
