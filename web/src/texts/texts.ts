/** Every sentence that the page says; each language is one file that has them all. */

import type { ErrorCode, Verdict } from "../engine/engine";

/** What went wrong in the page itself, beside the engine's codes. */
export type PageErrorCode =
  | "camera_refused"
  | "camera_missing"
  | "camera_busy"
  | "camera_insecure"
  | "head_file_bad"
  | "head_other_model"
  | "unknown";

export interface Texts {
  /** BCP 47, for numbers, dates and screen readers. */
  readonly locale: string;
  /** The language's own name. */
  readonly languageName: string;

  readonly documentTitle: string;
  readonly skipToContent: string;
  readonly language: string;
  readonly themeToDark: string;
  readonly themeToLight: string;

  readonly views: { readonly pictures: string; readonly camera: string; readonly teach: string };

  readonly pictures: {
    readonly title: string;
    readonly lead: string;
    readonly choose: string;
    readonly hint: string;
    readonly drop: string;
    readonly samples: string;
    readonly sampleNames: {
      readonly anime: string;
      readonly cartoon: string;
      readonly both: string;
      readonly landscape: string;
    };
    readonly sampleOpen: (name: string) => string;
    readonly ofSample: (name: string) => string;
    readonly ofPicture: (name: string) => string;
    readonly pasted: string;
    readonly fromCamera: string;
  };

  readonly loading: {
    readonly model: string;
    readonly percent: (percent: string) => string;
    readonly reading: string;
    readonly failed: string;
    readonly again: string;
  };

  readonly likeness: {
    readonly anime: string;
    readonly cartoon: string;
    readonly help: string;
    readonly helpTitle: string;
    /** Beyond what a percentage can say honestly. */
    readonly lessThan: (percent: string) => string;
    readonly moreThan: (percent: string) => string;
  };
  /** The verdict as a headline. */
  readonly verdict: Readonly<Record<Verdict, string>>;
  /** The verdict in a word, for small places. */
  readonly verdictWord: Readonly<Record<Verdict, string>>;
  /** What the verdict means, in a sentence. */
  readonly verdictMeaning: Readonly<Record<Verdict, string>>;

  readonly why: {
    readonly title: string;
    readonly off: string;
    readonly anime: string;
    readonly cartoon: string;
    readonly legendAnime: string;
    readonly legendCartoon: string;
    readonly legendNothing: string;
    readonly unavailable: string;
  };

  readonly model: {
    readonly line: (label: string, date: string) => string;
    readonly here: (detail: string) => string;
    readonly there: string;
    readonly privateHere: string;
    readonly privateThere: string;
  };

  readonly gallery: {
    readonly title: (count: number) => string;
    readonly progress: (done: number, count: number) => string;
    readonly sort: string;
    readonly byAnime: string;
    readonly byCartoon: string;
    readonly byOrder: string;
    readonly csv: string;
    readonly json: string;
    readonly clear: string;
    readonly remove: (name: string) => string;
    readonly waiting: string;
    readonly failed: string;
    readonly announce: (name: string, verdict: string, anime: string, cartoon: string) => string;
    readonly announceAll: (count: number, failed: number) => string;
    readonly announceRemoved: (name: string) => string;
    readonly announceCleared: string;
  };

  readonly camera: {
    readonly title: string;
    readonly lead: string;
    readonly start: string;
    readonly starting: string;
    readonly stop: string;
    readonly freeze: string;
    readonly resume: string;
    readonly turn: string;
    readonly keep: string;
    readonly kept: string;
    readonly video: string;
    readonly speed: (perSecond: string) => string;
  };

  readonly teach: {
    readonly title: string;
    readonly lead: string;
    readonly unavailable: string;
    readonly label: (number: number) => string;
    readonly labelName: string;
    readonly addLabel: string;
    readonly removeLabel: (name: string) => string;
    readonly addPictures: (name: string) => string;
    readonly addShot: (name: string) => string;
    readonly count: (count: number) => string;
    readonly learn: string;
    readonly learning: string;
    readonly needs: string;
    readonly unreadable: (count: number) => string;
    readonly take: string;
    readonly done: string;
    readonly picturesShort: string;
    readonly learnt: (pictures: number, labels: number) => string;
    readonly rightOnKept: (right: number, of: number) => string;
    readonly tryTitle: string;
    readonly tryPicture: string;
    readonly tryHint: string;
    readonly save: string;
    readonly open: string;
    readonly opened: (name: string) => string;
    readonly nameOfHead: string;
  };

  /** What went wrong and what to do, in a sentence or two. */
  readonly errors: Readonly<Record<ErrorCode | PageErrorCode, string>>;
}
