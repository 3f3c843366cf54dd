// The attachments of this page by person and conversation, tied to the session, the server and the disk.

import * as fileLimits from "../../../../src/protocol/files/limits.ts";
import { session } from "../../account/currentSession.ts";
import { clock, newId } from "../../browser.ts";
import { noConversation } from "../../home/begun.ts";
import type { NewMessage } from "../../live/outgoing.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { drafts } from "../../writing/currentDrafts.ts";
import { joined } from "../../writing/drafts.ts";
import { filesOf } from "../api.ts";
import { currentWords } from "../words.ts";
import { sendAgainIn } from "./again.ts";
import { Attachments, type Disk } from "./attachments.ts";
import { diskOf } from "./disk.ts";
import { redraw } from "./pictures.ts";
import { recorder } from "./recording.ts";
import { addThumbnail, deleteFile, send, upload } from "./upload.ts";

type Held = {
	disk: Disk;
	attachments: Attachments;
	chat: Pick<Chat, "sendMessage"> | undefined;
	maxBytes: number | undefined;
	limits: Promise<number | undefined> | undefined;
};

/** In ms. */
const patience = 2_000;
const held = new Map<string, Held>();

export function attachmentsOf(userId: string, conversationId: string): Attachments {
	return heldOf(userId, conversationId).attachments;
}

/** Messages are sent by this connection. Without a conversation there is nowhere to upload to. */
export function connect(userId: string, conversationId: string, chat: Pick<Chat, "sendMessage" | "isConnected">): void {
	const one = heldOf(userId, conversationId);
	one.chat = chat;
	one.attachments.setConnected(chat.isConnected && conversationId !== noConversation);
}

/** Sends a message with the files that were added before its conversation existed. */
export function sendBegunFiles(userId: string, conversationId: string, message: NewMessage): void {
	attachmentsOf(userId, conversationId).send(message, attachmentsOf(userId, noConversation).takeAll());
}

/** The conversation is not on the screen any more. Its uploads go on. */
export function disconnect(userId: string, conversationId: string): void {
	heldOf(userId, conversationId).chat = undefined;
}

/** Implements `send` of `AttachmentsOptions`. A message that the server refuses becomes the draft again. */
async function sendWithoutChat(
	{ attachments }: Held,
	userId: string,
	conversationId: string,
	message: NewMessage,
	clientId: string,
): Promise<number | undefined> {
	const { files, steer: _, ...body } = message;
	const named = files?.map(({ id, alt }) => (alt ? { id, alt } : id));
	const result = await session.callAs(userId, (token) => send(token, conversationId, { ...body, files: named, clientId }));
	if ("value" in result) return undefined;
	const pause = sendAgainIn(result.error);
	if (pause !== undefined) return pause;
	setTimeout(() => {
		const refused = attachments.takeBack(clientId);
		if (refused) drafts.change(userId, conversationId, joined(drafts.of(userId, conversationId), refused, undefined));
	});
	return 0;
}

/** Asks the server once how large a file may be. */
export async function learnLimits(userId: string, conversationId: string): Promise<number | undefined> {
	if (conversationId === noConversation) return undefined;
	const one = heldOf(userId, conversationId);
	one.limits ??= session
		.call((token) => filesOf(token, conversationId, { limit: 1 }))
		.then((result) => {
			if ("error" in result) one.limits = undefined;
			else one.maxBytes = result.value.maxBytes;
			if (one.maxBytes !== undefined) one.attachments.setMaxBytes(one.maxBytes);
			return one.maxBytes;
		});
	return one.limits;
}

/** Adds files, once it is known how large they may be or that cannot be learned now. */
export async function addFiles(userId: string, conversationId: string, files: readonly File[]): Promise<void> {
	await Promise.race([learnLimits(userId, conversationId), new Promise((resolve) => clock.after(patience, () => resolve(undefined)))]);
	attachmentsOf(userId, conversationId).add(files.map((file) => ({ name: file.name || "file", source: file })));
}

function heldOf(userId: string, conversationId: string): Held {
	const key = JSON.stringify([userId, conversationId]);
	const known = held.get(key);
	if (known) return known;
	const disk = diskOf(userId, conversationId);
	const made: Held = {
		chat: undefined,
		maxBytes: undefined,
		limits: undefined,
		disk,
		attachments: new Attachments({
			clock,
			newId,
			disk,
			redraw,
			upload: (file, options) => session.callAs(userId, (token) => upload(token, conversationId, file, options)),
			addThumbnail: async (file, thumbnail) => {
				const state = session.state();
				if (state.type !== "signed_in" || state.user.id !== userId) return file;
				return (await addThumbnail(state.token, conversationId, file.id, thumbnail)) ?? file;
			},
			discard: ({ id }) => void session.callAs(userId, (token) => deleteFile(token, conversationId, id)),
			send: async ({ content, ...about }, clientId) => {
				if (!made.chat) return sendWithoutChat(made, userId, conversationId, { content, ...about }, clientId);
				made.chat.sendMessage(content, about, clientId);
				return undefined;
			},
			words: {
				tooMany: () => currentWords().tooMany(fileLimits.perMessage),
				tooLarge: (name) => currentWords().tooLarge(name, currentWords().size(made.maxBytes ?? 0)),
				empty: (name) => currentWords().empty(name),
			},
		}),
	};
	held.set(key, made);
	made.attachments.subscribe(watchLeaving);
	return made;
}

/** Warns before the page is closed while a file is not on disk, as when that is full. A page that always listens is slow to come back. */
function watchLeaving(): void {
	const hasFiles = [...held.values()].some(({ attachments }) => {
		const { attached, posts } = attachments.snapshot();
		return attached.length + posts.length > 0;
	});
	if (hasFiles) addEventListener("beforeunload", warn);
	else removeEventListener("beforeunload", warn);
}

function warn(event: BeforeUnloadEvent): void {
	if ([...held.values()].some(({ disk }) => !disk.isKept())) event.preventDefault();
}

session.subscribe(() => {
	const state = session.state();
	const owner = state.type === "signed_in" ? state.user.id : state.type === "signed_out" || state.type === "erased" ? null : undefined;
	if (owner === undefined) return;
	for (const [key, { attachments }] of held) {
		if (JSON.parse(key)[0] === owner) continue;
		held.delete(key);
		recorder.discard();
		attachments.end();
	}
});
