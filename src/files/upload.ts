// Takes a file in for a person, whatever way it comes: asks the conversation and the quotas before, stores the bytes, and tells the
// conversation. A file that is not told to it is deleted after a day.

import { refusalOf } from "../auth/identify.ts";
import { type Identity, writerOf } from "../auth/tokens.ts";
import type { FileCalls } from "../conversation/file-calls.ts";
import { passUploadQuota } from "../money/quota.ts";
import { fileTooLarge } from "../protocol/errors.ts";
import type { MessageFile } from "../protocol/files/file.ts";
import * as fileLimits from "../protocol/files/limits.ts";
import { randomId } from "../protocol/random-id.ts";
import { isRefusal, type Refusal } from "../protocol/refusal.ts";
import type { Settings } from "../settings.ts";
import type { Upload } from "./receive.ts";

/** A file whose bytes are in memory. */
export type FileToTake = Omit<Upload, "id" | "length" | "by"> & { bytes: Uint8Array<ArrayBuffer> };

/** On whose behalf something is done, and where. */
export type Sender = { env: Env; settings: Settings; identity: Identity; conversationId: string };

/** Makes a call to the conversation on behalf of a person. */
export async function callFiles<T>(
	{ env, identity, conversationId }: Sender,
	make: (
		calls: { [K in keyof FileCalls]: (...args: Parameters<FileCalls[K]>) => Promise<Awaited<ReturnType<FileCalls[K]>>> },
	) => Promise<T>,
): Promise<T> {
	using calls = (await env.CONVERSATIONS.getByName(conversationId).as(identity)) as unknown as Disposable & { aboutFiles(): never };
	return await make(calls.aboutFiles());
}

/** Stores a file. `body` is `undefined` if nothing was sent. */
export async function takeFile(
	sender: Sender,
	upload: Omit<Upload, "id" | "by">,
	body: ReadableStream<Uint8Array> | undefined,
): Promise<{ file: MessageFile } | Refusal> {
	const { env, settings, identity, conversationId } = sender;
	const { maxBytes } = settings.files;
	const begun = await callFiles(sender, (calls) => calls.begin());
	if (isRefusal(begun)) return begun;
	const size = upload.length ?? maxBytes;
	if (!body || size === 0) return { code: "empty_file" };
	if (size > maxBytes) return { code: "too_large", text: fileTooLarge(maxBytes / fileLimits.megabyte) };
	const bytes = env.CONVERSATION_FILES.getByName(conversationId);
	const from = { by: identity.userId, network: identity.network };
	const refused: Refusal | undefined =
		(await bytes.refusalFor(from)) ?? (await passUploadQuota(env.LEDGER, writerOf(identity), size, settings.files));
	if (refused) return refused;
	const id = randomId();
	const file: MessageFile | Refusal = await bytes.add({ ...upload, id, ...from }, body);
	if (isRefusal(file)) return file;
	// It took a while, and the sign-in may have ended meanwhile.
	const ended = await refusalOf(identity, settings, env.USERS, Date.now());
	const added = ended ?? (await callFiles(sender, (calls) => calls.add(file)));
	if (isRefusal(added)) await bytes.drop([id]);
	return added;
}
