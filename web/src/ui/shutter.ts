/** A small camera with a shutter, for pictures that teach or try a head. */

import { CameraSource, cameraVideo } from "./camera-source";
import { el, icon, say } from "./dom";
import type { Arrival } from "./intake";
import { speak, texts } from "./language";
import { problemCode, problemSentence } from "./problems";

/** One camera for the whole view: it moves to where it is wanted. */
export class Shutter {
  readonly element: HTMLElement;
  private readonly video = cameraVideo();
  private readonly source = new CameraSource(this.video);
  private readonly problem = el("p", { class: "problem", role: "alert" });
  private readonly take = el("button", { class: "button primary", type: "button" }, icon("camera"), el("span"));
  private readonly done = el("button", { class: "button", type: "button" });
  private receive: (arrival: Arrival) => void = () => undefined;

  constructor() {
    this.take.addEventListener("click", () => void this.shoot());
    this.done.addEventListener("click", () => this.close());
    const tools = el("div", { class: "label-tools" }, this.take, this.done);
    this.element = el("div", { class: "shutter", hidden: true }, this.video, this.problem, tools);
    speak(({ teach, camera }) => {
      say(this.take.lastElementChild ?? this.take, teach.take);
      say(this.done, teach.done);
      this.video.setAttribute("aria-label", camera.video);
    });
  }

  /** Show the camera at the end of an element; each picture taken goes to the receiver. */
  async open(place: Element, receive: (arrival: Arrival) => void): Promise<void> {
    this.receive = receive;
    place.append(this.element);
    this.element.hidden = false;
    say(this.problem, "");
    this.take.disabled = true;
    try {
      if (await this.source.start()) this.take.disabled = false;
      this.video.classList.toggle("mirrored", this.source.mirrored);
      this.take.focus();
    } catch (thrown) {
      say(this.problem, problemSentence(problemCode(thrown)));
    }
  }

  close(): void {
    this.source.stop();
    this.element.hidden = true;
  }

  private async shoot(): Promise<void> {
    const file = await this.source.capture();
    if (file) this.receive({ name: texts().pictures.fromCamera, file });
  }
}
