/** Asking the server that gave the page: which picture is next, and that an answer be kept. */

/** One question: a choice among values, or a flag that is there or not. */
export interface Mark {
  readonly name: string;
  readonly values: readonly string[];
  readonly flag: boolean;
}

export interface About {
  /** Of the place where answers are kept: another session has another. */
  readonly id: string;
  readonly title: string;
  readonly marks: readonly Mark[];
  readonly pictures: number;
  readonly model: string;
}

export interface Picture {
  readonly name: string;
  /** What a manifest says of it, by mark. */
  readonly filed: Readonly<Record<string, string>>;
  /** What this person said of it, by mark. */
  readonly said: Readonly<Record<string, string>>;
  readonly done: boolean;
  /** What the model says, once it has looked. */
  readonly likeness: { readonly anime: number; readonly cartoon: number } | null;
}

export interface Progress {
  readonly done: number;
  readonly open: number;
  readonly looked_at: number;
  readonly unreadable: number;
}

export interface Turn {
  readonly pictures: readonly Picture[];
  readonly progress: Progress;
}

export interface Answer {
  readonly picture: string;
  readonly mark: string;
  readonly value: string;
}

export interface Agreement {
  readonly people: readonly { readonly who: string; readonly done: number }[];
  readonly agreement: readonly {
    readonly mark: string;
    readonly first: string;
    readonly second: string;
    readonly pictures: number;
    readonly same: number;
    readonly kappa: number | null;
  }[];
}

/** A picture and what is said of it once these answers are given; an empty one takes back. */
export function answered(
  picture: Picture,
  answers: readonly Pick<Answer, "mark" | "value">[],
): Picture {
  const said: Record<string, string> = { ...picture.said };
  let { done } = picture;
  for (const { mark, value } of answers) {
    if (mark === "done") done = value !== "";
    else if (value === "") delete said[mark];
    else said[mark] = value;
  }
  return { ...picture, said, done };
}

/** The server said no, and would say so again: it makes no sense to send the same once more. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** How long to wait before asking again a server that did not answer. */
export const AGAIN_MS = 2000;

/** Browsers take 64 KiB at most in requests that outlive their page. */
const MOST_KEPT_ALIVE = 20_000;

/** Statuses below 500 that are worth another try. */
const PASSING = [408, 425, 429];

export class Server {
  private readonly root = new URL("./", document.baseURI);

  constructor(private readonly key: string | null) {}

  about(): Promise<About> {
    return this.json<About>("v1/labelling");
  }

  pictures(who: string, which: "open" | "done", limit: number): Promise<Turn> {
    const query = new URLSearchParams({ who, which, limit: String(limit) });
    return this.json<Turn>(`v1/labelling/pictures?${query}`);
  }

  async picture(name: string): Promise<Blob> {
    const query = new URLSearchParams({ name });
    return (await this.ask(`v1/labelling/picture?${query}`)).blob();
  }

  /** Resolves when the answers are on the server's disk. */
  async keep(who: string, answers: readonly Answer[]): Promise<void> {
    const body = JSON.stringify({ who, answers });
    await this.ask("v1/labelling/answers", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      // The last answer arrives even if the page is closed right behind it.
      keepalive: body.length < MOST_KEPT_ALIVE,
    });
  }

  agreement(): Promise<Agreement> {
    return this.json<Agreement>("v1/labelling/agreement");
  }

  private async json<T>(path: string): Promise<T> {
    return (await (await this.ask(path)).json()) as T;
  }

  private async ask(path: string, options: RequestInit = {}): Promise<Response> {
    const headers = new Headers(options.headers);
    if (this.key !== null) headers.set("Authorization", `Bearer ${this.key}`);
    const response = await fetch(new URL(path, this.root), { ...options, headers });
    if (response.ok) return response;
    const message = await sentence(response);
    if (response.status < 500 && !PASSING.includes(response.status)) {
      throw new Refusal(response.status, message);
    }
    throw new Error(message);
  }
}

async function sentence(response: Response): Promise<string> {
  try {
    return ((await response.json()) as { error: { message: string } }).error.message;
  } catch {
    return `the server answered ${response.status}`; // not one of ours: a proxy, perhaps
  }
}
