// The HTTP calls about what links allow.

import * as v from "valibot";
import { memberSchema, roleSchema } from "../../../src/protocol/conversation.ts";
import { allowsSchema } from "../../../src/protocol/people/link.ts";
import { call } from "../api.ts";

const previewSchema = v.object({ title: v.string(), invitedBy: v.string(), role: roleSchema, allows: allowsSchema });
export type Preview = v.InferOutput<typeof previewSchema>;

export const previewOf = (invite: string) =>
	call(v.object({ invite: previewSchema }), "POST", "/invites/preview", { body: { token: invite } });

/** Makes somebody an ordinary member, whom no link limits. */
export const liftLimits = (token: string, id: string, userId: string) =>
	call(v.object({ member: memberSchema }), "PATCH", `/conversations/${encodeURIComponent(id)}/members/${encodeURIComponent(userId)}`, {
		token,
		body: { may: null },
	});
