// The recording of a voice message: one at a time on this page. Measures its level meanwhile, from which its waveform is made.

import * as fileLimits from "../../../../src/protocol/files/limits.ts";
import { clock } from "../../browser.ts";
import type { Recording } from "./upload.ts";

export type RecorderState =
	| { type: "off" }
	/** The person is asked for the microphone. */
	| { type: "asking" }
	/** `level`: 0 to 1. */
	| { type: "recording"; since: number; level: number }
	| { type: "failed"; reason: "noMicrophone" | "noRecorder" };

export type Recorded = { name: string; source: Blob; recording: Recording };

/** In ms. */
const levelInterval = 100;
/** Speech needs no more. */
const bitsPerSecond = 24_000;
/** Those that most browsers play come first. */
const formats = ["audio/mp4", "audio/webm;codecs=opus", "audio/ogg;codecs=opus"];

class Recorder {
	readonly #listeners = new Set<() => void>();
	#state: RecorderState = { type: "off" };
	/** Ends the recording, and discards it unless it is wanted. */
	#end: ((isWanted: boolean) => void) | undefined;

	/** For `useSyncExternalStore`. Returns how to unsubscribe. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	readonly state = (): RecorderState => this.#state;

	async start(onRecorded: (recorded: Recorded) => void): Promise<void> {
		if (this.#state.type === "asking" || this.#state.type === "recording") return;
		if (!("MediaRecorder" in window)) {
			this.#become({ type: "failed", reason: "noRecorder" });
			return;
		}
		this.#become({ type: "asking" });
		try {
			const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
			this.#record(stream, onRecorded);
		} catch {
			this.#become({ type: "failed", reason: "noMicrophone" });
		}
	}

	stop(): void {
		this.#end?.(true);
	}

	discard(): void {
		this.#end?.(false);
		this.#become({ type: "off" });
	}

	#record(stream: MediaStream, onRecorded: (recorded: Recorded) => void): void {
		const mimeType = formats.find((format) => MediaRecorder.isTypeSupported(format));
		const recorder = new MediaRecorder(stream, { audioBitsPerSecond: bitsPerSecond, ...(mimeType && { mimeType }) });
		const parts: Blob[] = [];
		const levels: number[] = [];
		const since = clock.now();
		const stopMeasuring = measure(stream, (level) => {
			levels.push(level);
			this.#become({ type: "recording", since, level });
		});
		let isWanted = false;
		const cancelLimit = clock.after(fileLimits.longestSpeech, () => this.stop());
		this.#end = (wanted) => {
			isWanted = wanted;
			this.#end = undefined;
			cancelLimit();
			stopMeasuring();
			recorder.stop();
		};
		recorder.ondataavailable = ({ data }) => parts.push(data);
		recorder.onstop = () => {
			for (const track of stream.getTracks()) track.stop();
			const durationMs = Math.min(fileLimits.longestSpeech, clock.now() - since);
			this.#become({ type: "off" });
			const type = (recorder.mimeType || "audio/webm").replace(/;.*$/, "");
			const source = new Blob(parts, { type });
			if (isWanted && source.size > 0) onRecorded({ name: nameOf(type), source, recording: { durationMs, waveform: waveformOf(levels) } });
		};
		// The device was unplugged, or the permission taken back.
		for (const track of stream.getTracks()) track.onended = () => this.stop();
		recorder.start(1_000);
		this.#become({ type: "recording", since, level: 0 });
	}

	#become(state: RecorderState): void {
		this.#state = state;
		for (const listener of this.#listeners) listener();
	}
}

export const recorder = new Recorder();

/** Returns how to stop. */
function measure(stream: MediaStream, onLevel: (level: number) => void): () => void {
	const context = new AudioContext();
	const analyser = context.createAnalyser();
	analyser.fftSize = 2048;
	context.createMediaStreamSource(stream).connect(analyser);
	const samples = new Float32Array(analyser.fftSize);
	const timer = setInterval(() => {
		analyser.getFloatTimeDomainData(samples);
		const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
		// Speech is seldom louder than a quarter of the scale.
		onLevel(Math.min(1, Math.sqrt(power) * 4));
	}, levelInterval);
	return () => {
		clearInterval(timer);
		void context.close();
	};
}

/** The loudest level of each part of the recording. */
export function waveformOf(levels: readonly number[]): number[] {
	const { bars, highest } = fileLimits.waveform;
	return Array.from({ length: bars }, (_, bar) => {
		const from = Math.floor((bar * levels.length) / bars);
		const part = levels.slice(from, Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / bars)));
		return Math.round(Math.max(0, ...part) * highest);
	});
}

function nameOf(type: string): string {
	const ending = { "audio/mp4": "m4a", "audio/ogg": "ogg" }[type] ?? "webm";
	return `voice-message.${ending}`;
}
