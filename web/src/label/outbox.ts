/** Answers on their way to the server: on this device until it says that they are on its disk. */

import { AGAIN_MS, Refusal, answered } from "./server";
import type { Answer, Picture } from "./server";

export interface Letter extends Answer {
  readonly id: string;
  readonly who: string;
}

export type Send = (who: string, answers: readonly Answer[]) => Promise<void>;

/** Where letters are kept; `localStorage` is one. */
export type Storage = Pick<globalThis.Storage, "getItem" | "setItem">;

export interface State {
  readonly waiting: number;
  /** Whether the last try failed; another one follows by itself. */
  readonly stuck: boolean;
}

const MOST_AT_ONCE = 20;

export class Outbox {
  private readonly place: string;
  private memory: readonly Letter[] = [];
  private sending: Promise<void> | null = null;
  private stuck = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    session: string,
    private readonly send: Send,
    private readonly changed: (state: State) => void,
    /** Told what the server will never take. */
    private readonly refused: (message: string) => void,
    private readonly storage: Storage | null,
  ) {
    this.place = `animeter.outbox.${session}`;
  }

  /** Keep answers here, and begin to send them. */
  put(who: string, answers: readonly Answer[]): void {
    const letters = answers.map((answer) => ({ ...answer, who, id: newId() }));
    this.write([...this.letters(), ...letters]);
    void this.flush();
  }

  /** Send what is here. Resolves when all is sent, or when sending failed for now. */
  flush(): Promise<void> {
    this.sending ??= this.deliver().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  /** A picture as the server has it, with what of this person's answers it does not have yet. */
  over(who: string, picture: Picture): Picture {
    const waiting = this.letters().filter(
      (letter) => letter.who === who && letter.picture === picture.name,
    );
    return answered(picture, waiting);
  }

  private async deliver(): Promise<void> {
    clearTimeout(this.timer);
    try {
      for (let batch = this.batch(); batch.length > 0; batch = this.batch()) {
        await this.post(batch);
        this.drop(batch);
      }
      this.stuck = false;
    } catch {
      this.stuck = true;
      this.timer = setTimeout(() => void this.flush(), AGAIN_MS);
    }
    this.tell();
  }

  /** Of letters that are refused together, only those are given up that are refused alone. */
  private async post(batch: readonly Letter[]): Promise<void> {
    const answers = batch.map(({ picture, mark, value }) => ({ picture, mark, value }));
    try {
      await this.send(batch[0]!.who, answers);
    } catch (thrown) {
      if (!(thrown instanceof Refusal) || isLockedOut(thrown)) throw thrown;
      if (batch.length === 1) this.refused(thrown.message);
      else for (const letter of batch) await this.post([letter]);
    }
  }

  /** The first letters, all of one person. */
  private batch(): readonly Letter[] {
    const letters = this.letters();
    return letters.filter(({ who }) => who === letters[0]?.who).slice(0, MOST_AT_ONCE);
  }

  private drop(batch: readonly Letter[]): void {
    const sent = new Set(batch.map(({ id }) => id));
    this.write(this.letters().filter(({ id }) => !sent.has(id)));
  }

  /** Read each time: another tab may send from the same place. */
  private letters(): readonly Letter[] {
    try {
      const text = this.storage?.getItem(this.place);
      return text ? (JSON.parse(text) as Letter[]) : this.memory;
    } catch {
      return this.memory;
    }
  }

  private write(letters: readonly Letter[]): void {
    this.memory = letters;
    try {
      this.storage?.setItem(this.place, JSON.stringify(letters));
    } catch {
      // storage is off or full; the letters then live as long as the page
    }
    this.tell();
  }

  private tell(): void {
    this.changed({ waiting: this.letters().length, stuck: this.stuck });
  }
}

/** `crypto.randomUUID` is only for secure addresses, which that of a colleague's computer is not. */
function newId(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}

/** The key is wrong, which the person can mend; the answer itself is sound. */
function isLockedOut({ status }: Refusal): boolean {
  return status === 401 || status === 403;
}
