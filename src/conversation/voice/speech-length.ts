// Finds which files are written down, and how long a recording is at most as far as its bytes tell. Pure.

import type { MessageFile } from "../../protocol/files/file.ts";
import * as fileLimits from "../../protocol/files/limits.ts";
import type { Message } from "../../protocol/message.ts";

/** The voice messages of a message that may be written down, and are not yet. A longer recording than the page makes is not. */
export function unheardOf({ role, files = [] }: Pick<Message, "role" | "files">): MessageFile[] {
	return role === "user" ? files.filter(isUnheard) : [];
}

function isUnheard({ waveform, transcript, size, durationMs = 0 }: MessageFile): boolean {
	const isShort = size <= fileLimits.speech.bytes && durationMs <= fileLimits.longestSpeech;
	return waveform !== undefined && transcript === undefined && isShort;
}

/**
 * Whole seconds that a recording counts as before a service has listened to it. `undefined` if it is certainly longer than what is written
 * down.
 */
export function secondsOf({ type, durationMs = 0 }: Pick<MessageFile, "type" | "durationMs">, bytes: Uint8Array): number | undefined {
	const wav = type === "audio/wav" ? wavBytesPerSecond(bytes) : undefined;
	const rate = wav ?? (isAac(type, bytes) ? fileLimits.speech.perSecondOfAac : fileLimits.speech.perSecond);
	const seconds = bytes.length / rate;
	const isCertain = wav !== undefined;
	return isCertain && seconds * 1000 > fileLimits.longestSpeech ? undefined : Math.ceil(Math.max(seconds, durationMs / 1000));
}

/** Formats of WAV whose samples all have the same size: whole numbers, and floating-point ones. */
const plainFormats = [1, 3];

/** By the header of a WAV file, whatever else it says. `undefined` if that does not tell. */
function wavBytesPerSecond(bytes: Uint8Array): number | undefined {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	let at = 12;
	while (at + 8 <= bytes.length && view.getUint32(at) !== formatChunk) {
		const size = view.getUint32(at + 4, true);
		at += 8 + size + (size % 2);
	}
	if (at + 24 > bytes.length || !plainFormats.includes(view.getUint16(at + 8, true))) return undefined;
	const channels = view.getUint16(at + 10, true);
	const samples = view.getUint32(at + 12, true);
	const block = view.getUint16(at + 20, true);
	const bits = view.getUint16(at + 22, true);
	// Decoders go by one or the other.
	const frame = Math.min(block, (channels * bits) / 8);
	return samples * frame > 0 ? samples * frame : undefined;
}

const numberOf = (letters: string): number => [...letters].reduce((number, letter) => number * 256 + letter.charCodeAt(0), 0);
const formatChunk = numberOf("fmt ");
const opus = numberOf("Opus");

/** Sound in an MP4 file is AAC unless it says that it is Opus. */
function isAac(type: string, bytes: Uint8Array): boolean {
	return type === "audio/mp4" && !has(bytes, opus);
}

/** Others in the conversation wait meanwhile: a recording may consist of beginnings of what is looked for. */
function has(bytes: Uint8Array, fourLetters: number): boolean {
	let latest = 0;
	for (let at = 0; at < bytes.length; at++) {
		latest = (latest << 8) | (bytes[at] as number);
		if (latest === fourLetters) return true;
	}
	return false;
}
