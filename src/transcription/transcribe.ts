// Asks a service for what is said in a recording, in the form of OpenAI's API, which local servers speak too. What it answers is input: it
// is bounded and cleaned here.

import * as v from "valibot";
import type { TranscriptionSettings } from "../file-settings.ts";
import { bounded } from "../platform/bounded-body.ts";
import { readRetryAfter } from "../platform/retry-after.ts";
import * as fileLimits from "../protocol/files/limits.ts";
import { isVisible, sanitize } from "../protocol/text/sanitize.ts";

export class TranscriptionFailed extends Error {
	readonly retryAfterMs: number | undefined;
	/** It is not to be tried again: the service takes no such recording, or the settings are wrong. */
	readonly isFinal: boolean;

	constructor(reason: string, { retryAfterMs, isFinal = false }: { retryAfterMs?: number | undefined; isFinal?: boolean } = {}) {
		super(reason);
		this.retryAfterMs = retryAfterMs;
		this.isFinal = isFinal;
	}
}

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

const answerSchema = v.object({ text: v.string() });

/** Returns an empty text if nothing is said. Rejects with `TranscriptionFailed`. */
export async function transcribe(
	{ url, key, model }: Pick<TranscriptionSettings, "url" | "key" | "model">,
	{ bytes, type }: { bytes: Uint8Array<ArrayBuffer>; type: string },
): Promise<string> {
	const extension = extensions[type];
	if (extension === undefined) throw new TranscriptionFailed("type", { isFinal: true });
	const form = new FormData();
	form.append("file", new File([bytes], `voice.${extension}`, { type }));
	form.append("model", model);
	form.append("response_format", "json");
	const response = await fetch(url, {
		method: "POST",
		headers: { accept: "application/json", ...(key && { authorization: `Bearer ${key}` }) },
		body: form,
		// Following a redirect would send what people say to an unknown host.
		redirect: "manual",
		signal: AbortSignal.timeout(answerWithin),
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
	const text = sanitize(parsed.output.text.slice(0, fileLimits.transcript).toWellFormed()).trim();
	return isVisible(text) ? text : "";
}

/** A wrong key may be set right while the job waits. Too many requests, and faults of the service, pass. */
function failureOf(response: Response): TranscriptionFailed {
	const { status } = response;
	const isFinal = status < 500 && ![401, 403, 404, 408, 425, 429].includes(status);
	return new TranscriptionFailed(`status ${status}`, { retryAfterMs: readRetryAfter(response), isFinal });
}
