/** The device's camera: starting, turning and stopping it, and taking what is seen of its frames. */

import type { Part } from "../engine/frame";
import { PageError } from "./problems";

export type Facing = "environment" | "user";

/** An element that shows a camera in its place in the page, and never on its own. */
export function cameraVideo(): HTMLVideoElement {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.disablePictureInPicture = true;
  return video;
}

/** One camera at a time, shown in one video element. */
export class CameraSource {
  private stream: MediaStream | null = null;
  private facing: Facing = "environment";
  private deviceIds: readonly string[] = [];
  /** Grows with each start and stop, so that a start that comes too late is noticed. */
  private turnNumber = 0;

  constructor(private readonly video: HTMLVideoElement) {}

  /** Whether there is another camera to turn to. */
  get turnable(): boolean {
    return this.deviceIds.length > 1;
  }

  /** Whether the camera looks at its user, so that the picture must be shown as in a mirror. */
  get mirrored(): boolean {
    return this.settings()?.facingMode === "user";
  }

  /** Show the camera. False if it was stopped meanwhile. Rejects as `getUserMedia` does. */
  async start(wanted: MediaTrackConstraints = { facingMode: this.facing }): Promise<boolean> {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new PageError("camera_insecure", "the browser gives no camera to insecure addresses");
    }
    this.stop();
    const turn = this.turnNumber;
    const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
    const stream = await navigator.mediaDevices.getUserMedia({ video: { ...size, ...wanted } });
    if (turn !== this.turnNumber) {
      for (const track of stream.getTracks()) track.stop();
      return false;
    }
    this.stream = stream;
    this.video.srcObject = stream;
    await this.video.play();
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.deviceIds = devices.filter(({ kind }) => kind === "videoinput").map((each) => each.deviceId);
    return turn === this.turnNumber;
  }

  /** The other side of a phone; where cameras have no side, the next one. */
  async turn(): Promise<boolean> {
    const { facingMode, deviceId } = this.settings() ?? {};
    if (facingMode === "user" || facingMode === "environment") {
      this.facing = facingMode === "user" ? "environment" : "user";
      return this.start();
    }
    const next = (this.deviceIds.indexOf(deviceId ?? "") + 1) % Math.max(1, this.deviceIds.length);
    return this.start({ deviceId: { exact: this.deviceIds[next] ?? "" } });
  }

  stop(): void {
    this.turnNumber += 1;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  /** What of the video is to be seen, since the element cuts off what does not fit. */
  view(): Part {
    const { videoWidth, videoHeight, clientWidth, clientHeight } = this.video;
    const scale = Math.max(clientWidth / videoWidth, clientHeight / videoHeight) || 1;
    const width = Math.min(videoWidth, clientWidth / scale);
    const height = Math.min(videoHeight, clientHeight / scale);
    return { x: (videoWidth - width) / 2, y: (videoHeight - height) / 2, width, height };
  }

  /** What is seen now, as a picture of the camera's full size; null where there is no memory. */
  async capture(): Promise<Blob | null> {
    const { x, y, width, height } = this.view();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width);
    canvas.height = Math.round(height);
    const context = canvas.getContext("2d");
    context?.drawImage(this.video, x, y, width, height, 0, 0, canvas.width, canvas.height);
    return new Promise((give) => canvas.toBlob(give, "image/png"));
  }

  private settings(): MediaTrackSettings | undefined {
    return this.stream?.getVideoTracks()[0]?.getSettings();
  }
}
