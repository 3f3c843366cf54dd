// The HTTP calls that bring files to a conversation. An upload reports how far it is and can be ended.

import * as v from "valibot";
import { fileSchema, type MessageFile } from "../../../../src/protocol/files/file.ts";
import { messageSchema } from "../../../../src/protocol/message.ts";
import { addressOf, call, queryOf, type Result, refusalIn } from "../../api.ts";

export type Recording = { durationMs: number; waveform: readonly number[] };

export type ToUpload = { name: string; blob: Blob; recording?: Recording | undefined; thumbhash?: string | undefined };

export type Uploaded = Result<MessageFile>;

const answerSchema = v.object({ file: fileSchema });

const pathOf = (conversationId: string, id = "") => `/conversations/${encodeURIComponent(conversationId)}/files${id && `/${id}`}`;

/** `fetch` does not report how much of a body is sent. */
export function upload(
	token: string,
	conversationId: string,
	{ name, blob, recording, thumbhash }: ToUpload,
	{ onProgress, signal }: { onProgress(sent: number): void; signal: AbortSignal },
): Promise<Uploaded> {
	const facts = recording && { durationMs: Math.round(recording.durationMs), waveform: recording.waveform.join(",") };
	return new Promise((resolve) => {
		const request = new XMLHttpRequest();
		// It is tried again, so that nobody reads why.
		const fail = () => resolve({ error: { code: "unreachable", message: "" } });
		request.open("POST", addressOf(`${pathOf(conversationId)}${queryOf({ name, ...facts, ...(thumbhash && { thumbhash }) })}`));
		request.withCredentials = true;
		request.setRequestHeader("authorization", `Bearer ${token}`);
		request.setRequestHeader("content-type", blob.type || "application/octet-stream");
		request.upload.onprogress = ({ loaded }) => onProgress(loaded);
		request.onload = () => resolve(answerOf(request.status, request.responseText));
		request.onerror = fail;
		request.onabort = fail;
		signal.addEventListener("abort", () => request.abort());
		request.send(blob);
	});
}

function answerOf(status: number, text: string): Uploaded {
	let answer: unknown;
	try {
		answer = JSON.parse(text);
	} catch {
		// A proxy's page, which says nothing to people.
	}
	const file = v.safeParse(answerSchema, answer);
	return status === 201 && file.success ? { value: file.output.file } : { error: refusalIn(answer) };
}

/** A picture without a thumbnail is shown all the same. */
export async function addThumbnail(
	token: string,
	conversationId: string,
	fileId: string,
	thumbnail: Blob,
): Promise<MessageFile | undefined> {
	try {
		const response = await fetch(addressOf(`${pathOf(conversationId, fileId)}/thumbnail`), {
			method: "PUT",
			headers: { authorization: `Bearer ${token}`, "content-type": thumbnail.type },
			credentials: "include",
			body: thumbnail,
		});
		const answer = v.safeParse(answerSchema, await response.json());
		return answer.success ? answer.output.file : undefined;
	} catch {
		return undefined;
	}
}

export const deleteFile = (token: string, conversationId: string, fileId: string) =>
	call(v.undefined(), "DELETE", pathOf(conversationId, fileId), { token });

/** In ms. The server waits less long for Claude. */
const describeWithin = 60_000;

/** Asks Claude for the description of a picture. */
export const describe = (token: string, conversationId: string, fileId: string, language: string) =>
	call(v.object({ text: v.string() }), "POST", `${pathOf(conversationId, fileId)}/description`, {
		token,
		body: { language },
		within: describeWithin,
	});

/** Like `chat:send`. A message with this `clientId` that is stored already counts as sent. */
export const send = (token: string, conversationId: string, body: object) =>
	call(v.object({ message: messageSchema }), "POST", `/conversations/${encodeURIComponent(conversationId)}/messages`, { token, body });
