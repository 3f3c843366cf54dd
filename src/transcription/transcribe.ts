// Asks a service for what is said in a recording, in the form of OpenAI's API, which local servers speak too. What it answers is input: it
// is bounded and cleaned here.

import * as v from "valibot";
import type { TranscriptionSettings } from "../file-settings.ts";
import { bounded } from "../platform/bounded-body.ts";
import { readRetryAfter } from "../platform/retry-after.ts";
import * as fileLimits from "../protocol/files/limits.ts";
import { isVisible, sanitize } from "../protocol/text/sanitize.ts";

/** Why a recording was not written down. */
type Failure = {
	/** It is not to be tried again: the service takes no such recording, or the settings are wrong. */
	isFinal: boolean;
	/** The service has not listened to it. Otherwise it may have, and takes money for it. */
	isRefused: boolean;
	/** It did not answer in time. */
	isSlow: boolean;
	retryAfterMs: number | undefined;
};

export class TranscriptionFailed extends Error implements Failure {
	readonly isFinal: boolean;
	readonly isRefused: boolean;
	readonly isSlow: boolean;
	readonly retryAfterMs: number | undefined;

	constructor(reason: string, { isFinal = false, isRefused = false, isSlow = false, retryAfterMs }: Partial<Failure> = {}) {
		super(reason);
		this.isFinal = isFinal;
		this.isRefused = isRefused;
		this.isSlow = isSlow;
		this.retryAfterMs = retryAfterMs;
	}
}

/** `seconds`: how long the recording was, if the service says so. The text is empty if nothing is said. */
export type Transcription = { text: string; seconds: number | undefined };

type Recording = { bytes: Uint8Array<ArrayBuffer>; type: string };
type Service = Pick<TranscriptionSettings, "url" | "key" | "model">;
type Format = "verbose_json" | "json";

/** In ms. A recording of five minutes takes some ten seconds, and a small server longer. */
const answerWithin = 90_000;
/** In bytes: the longest transcript in its longest escaping, and what services say besides. */
const longestAnswer = 2 * 1024 * 1024;

/** Services find out the form by the end of the name. */
const extensions: Record<string, string> = {
	"audio/webm": "webm",
	"audio/mp4": "m4a",
	"audio/ogg": "ogg",
	"audio/mpeg": "mp3",
	"audio/wav": "wav",
	"audio/flac": "flac",
	"video/webm": "webm",
	"video/mp4": "mp4",
};

/** Seconds, which some services write as a text. A figure that no recording can have says nothing. */
const secondsSchema = v.pipe(
	v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+(\.\d+)?$/), v.transform(Number))]),
	v.finite(),
	v.minValue(0),
	v.maxValue(fileLimits.duration / 1000),
);

const answerSchema = v.object({
	text: v.string(),
	duration: v.fallback(v.optional(secondsSchema), undefined),
	usage: v.fallback(v.optional(v.object({ seconds: secondsSchema })), undefined),
});

/** Services and models that know only the short form, which says nothing about the length of a recording. */
const withoutLength = new Set<string>();

/** Rejects with `TranscriptionFailed`. */
export async function transcribe(service: Service, recording: Recording): Promise<Transcription> {
	const name = `${service.url} ${service.model}`;
	const signal = AbortSignal.timeout(answerWithin);
	try {
		if (withoutLength.has(name)) return await ask(service, recording, "json", signal);
		const first = ask(service, recording, "verbose_json", signal);
		return await first.catch(async (error: TranscriptionFailed) => {
			if (!error.isRefused || !error.isFinal) throw error;
			const transcription = await ask(service, recording, "json", signal);
			withoutLength.add(name);
			return transcription;
		});
	} catch (error) {
		throw signal.aborted ? new TranscriptionFailed("timeout", { isSlow: true }) : error;
	}
}

async function ask({ url, key, model }: Service, { bytes, type }: Recording, format: Format, signal: AbortSignal): Promise<Transcription> {
	const extension = extensions[type];
	if (extension === undefined) throw new TranscriptionFailed("type", { isFinal: true, isRefused: true });
	const form = new FormData();
	form.append("file", new File([bytes], `voice.${extension}`, { type }));
	form.append("model", model);
	form.append("response_format", format);
	const response = await fetch(url, {
		method: "POST",
		headers: { accept: "application/json", ...(key && { authorization: `Bearer ${key}` }) },
		body: form,
		// Following a redirect would send what people say to an unknown host.
		redirect: "manual",
		signal,
	}).catch(() => {
		throw new TranscriptionFailed("unreachable");
	});
	if (!response.ok) {
		await response.body?.cancel();
		throw failureOf(response);
	}
	const answer: unknown = await bounded(response, longestAnswer)
		.json()
		.catch(() => {
			throw new TranscriptionFailed("no JSON");
		});
	const parsed = v.safeParse(answerSchema, answer);
	if (!parsed.success) throw new TranscriptionFailed("no text", { isFinal: true });
	const { duration, usage } = parsed.output;
	const lengths = [duration, usage?.seconds].filter((seconds) => seconds !== undefined);
	const text = sanitize(parsed.output.text.slice(0, fileLimits.transcript).toWellFormed()).trim();
	return { text: isVisible(text) ? text : "", seconds: lengths.length > 0 ? Math.ceil(Math.max(...lengths)) : undefined };
}

/**
 * A wrong key may be set right while the job waits. Too many requests, and faults of the service, pass. A gateway that answers 408 or a
 * fault may have stopped waiting for a service that listens.
 */
function failureOf(response: Response): TranscriptionFailed {
	const { status } = response;
	const isFinal = status < 500 && ![401, 403, 404, 408, 425, 429].includes(status);
	const isRefused = status < 500 && status !== 408;
	return new TranscriptionFailed(`status ${status}`, { retryAfterMs: readRetryAfter(response), isFinal, isRefused });
}
