import { expect, it } from "vitest";
import { secondsOf, unheardOf } from "../../../src/conversation/voice/speech-length.ts";
import { fileLimits } from "../../../src/protocol/files/limits.ts";
import { bytesOf } from "../../support/files.ts";

const waveform = Array<number>(fileLimits.waveform.bars).fill(3);
const voice = { id: "f", name: "voice.webm", type: "audio/webm", size: 10_000, waveform };
const little = (value: number, bytes: number) => String.fromCharCode(...Array.from({ length: bytes }, (_, n) => (value >> (8 * n)) & 255));

/** A WAV file of silence. `block`: the size that it says its frames have. */
function wav(seconds: number, { format = 1, channels = 1, rate = 16_000, bits = 16, block = 0 } = {}) {
	const frame = (channels * bits) / 8;
	const fmt = `fmt ${little(16, 4)}${little(format, 2)}${little(channels, 2)}${little(rate, 4)}${little(9, 4)}${little(block || frame, 2)}${little(bits, 2)}`;
	const head = `RIFF${little(0, 4)}WAVELIST${little(3, 4)}abc\0${fmt}data${little(1, 4)}`;
	return bytesOf(head + "\0".repeat(seconds * rate * frame));
}

it("takes voice messages that are no longer than the page records them", () => {
	const heard = (file: object, role: "user" | "assistant" = "user") => unheardOf({ role, files: [{ ...voice, ...file }] }).length === 1;
	expect(heard({})).toBe(true);
	expect(heard({ durationMs: fileLimits.longestSpeech })).toBe(true);
	expect(heard({ durationMs: fileLimits.longestSpeech + 1 })).toBe(false);
	expect(heard({ size: fileLimits.speech.bytes + 1 })).toBe(false);
	expect(heard({ waveform: undefined })).toBe(false);
	expect(heard({ transcript: "Said" })).toBe(false);
	expect(heard({}, "assistant")).toBe(false);
});

it("counts a recording by its bytes, or by what its sender says if that is more", () => {
	const bytes = new Uint8Array(fileLimits.speech.perSecond * 10);
	expect(secondsOf({ type: "audio/webm" }, bytes)).toBe(10);
	expect(secondsOf({ type: "audio/webm", durationMs: 1 }, bytes)).toBe(10);
	expect(secondsOf({ type: "audio/webm", durationMs: 12_001 }, bytes)).toBe(13);
});

it("counts AAC by a higher rate, and what says that it is Opus never", () => {
	const bytes = new Uint8Array(fileLimits.speech.perSecondOfAac * 10);
	expect(secondsOf({ type: "audio/mp4" }, bytes)).toBe(10);
	expect(secondsOf({ type: "audio/webm" }, bytes)).toBe(48);
	bytes.set(bytesOf("OpOpus"), bytes.length - 6);
	expect(secondsOf({ type: "audio/mp4" }, bytes)).toBe(48);
});

it("looks through recordings that consist of beginnings in little time", () => {
	const bytes = new Uint8Array(fileLimits.speech.bytes).fill("O".charCodeAt(0));
	const began = performance.now();
	for (let n = 0; n < 4; n++) secondsOf({ type: "audio/mp4" }, bytes);
	expect(performance.now() - began).toBeLessThan(1_000);
});

it("counts a WAV file by its header, and takes none that is too long", () => {
	const type = "audio/wav";
	expect(secondsOf({ type }, wav(2))).toBe(3);
	expect(secondsOf({ type, durationMs: 9_000 }, wav(2, { channels: 2 }))).toBe(9);
	expect(secondsOf({ type }, wav(301, { rate: 1_000, bits: 8 }))).toBeUndefined();
	// Decoders may go by either size of a frame.
	expect(secondsOf({ type }, wav(100, { rate: 1_000, block: 1 }))).toBe(201);
	// Formats that compress have no such header.
	expect(secondsOf({ type }, wav(1, { format: 17 }))).toBe(13);
	expect(secondsOf({ type }, bytesOf("RIFF\0\0\0\0WAVE"))).toBe(1);
	expect(secondsOf({ type }, bytesOf(`RIFF\0\0\0\0WAVEfmt ${little(16, 4)}`))).toBe(1);
});
