// The HTTP call that lists the files of a conversation.

import * as v from "valibot";
import { fileSchema } from "../../../src/protocol/files/file.ts";
import { call, queryOf } from "../api.ts";

const pageSchema = v.object({
	files: v.array(v.object({ ...fileSchema.entries, seq: v.number() })),
	hasMore: v.boolean(),
	/** An older server does not send it. */
	maxBytes: v.optional(v.number()),
});

export type FilesPage = v.InferOutput<typeof pageSchema>;

/** Newest first. */
export const filesOf = (token: string, conversationId: string, page: { limit: number; before?: number }) =>
	call(pageSchema, "GET", `/conversations/${encodeURIComponent(conversationId)}/files${queryOf(page)}`, { token });
