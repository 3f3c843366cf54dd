// The HTTP calls of the administration.

import * as v from "valibot";
import {
	type ActFilter,
	activitySchema,
	adminActSchema,
	conversationRecordSchema,
	type LegalRequest,
	legalRequestSchema,
	networkBanSchema,
	type PurseRecord,
	personRecordSchema,
	purseRecordSchema,
	retentionRecordSchema,
	suspendedSchema,
} from "../../../src/protocol/admin/records.ts";
import { countSchema } from "../../../src/protocol/message.ts";
import { usageSchema } from "../../../src/protocol/money/usage.ts";
import { call, queryOf } from "../api.ts";
import type { Period } from "../money/api.ts";

const next = v.optional(v.string());
const peopleSchema = v.object({ people: v.array(personRecordSchema), next });
const conversationsSchema = v.object({ conversations: v.array(conversationRecordSchema), next });
const actsSchema = v.object({ acts: v.array(adminActSchema), hasMore: v.boolean() });
const outcomeSchema = v.object({ suspended: v.nullable(suspendedSchema), isPending: v.boolean() });
const spendSchema = v.object({
	...usageSchema.entries,
	models: v.array(v.object({ model: v.string(), usd: v.number(), replies: countSchema })),
});

const spentSchema = v.object({ dayUsd: v.number(), monthUsd: v.number(), totalUsd: v.number() });
const detailSchema = v.object({
	person: v.object({
		...personRecordSchema.entries,
		sessions: countSchema,
		tokens: countSchema,
		conversations: countSchema,
		spent: spentSchema,
		purse: v.nullable(purseRecordSchema),
	}),
});
const requestSchema = v.object({ request: legalRequestSchema });

export type Detail = v.InferOutput<typeof detailSchema>["person"];
export type Spend = v.InferOutput<typeof spendSchema>;

/** `after`: the `next` of the page before. */
export const peopleBy = (token: string, q: string, isSuspended: boolean, after?: string) =>
	call(
		peopleSchema,
		"GET",
		`/admin/people${queryOf({ q, ...(isSuspended && { suspended: "true" }), ...(after !== undefined && { after }) })}`,
		{
			token,
		},
	);

export const conversationsAfter = (token: string, after?: string) =>
	call(conversationsSchema, "GET", `/admin/conversations${queryOf(after === undefined ? {} : { after })}`, { token });

function filterQuery({ action, subject }: ActFilter, before?: number): string {
	return queryOf({ ...(action && { action }), ...(subject && { subject }), ...(before !== undefined && { before }) });
}

export const actsBefore = (token: string, filter: ActFilter, before?: number) =>
	call(actsSchema, "GET", `/admin/audit${filterQuery(filter, before)}`, { token });

/** The address of the file with these acts. */
export const actsFile = (filter: ActFilter) => `/admin/audit/export${filterQuery(filter)}`;

export const activity = (token: string) => call(activitySchema, "GET", "/admin/activity", { token });

export const spendIn = (token: string, period: Period) => call(spendSchema, "GET", `/admin/spend${queryOf({ period })}`, { token });

export const suspend = (token: string, userId: string, act: "suspend" | "restore") =>
	call(outcomeSchema, "POST", `/admin/people/${encodeURIComponent(userId)}/${act}`, { token });

export const personOf = (token: string, userId: string) =>
	call(detailSchema, "GET", `/admin/people/${encodeURIComponent(userId)}`, { token });

export const endGuests = (token: string) => call(v.object({ guests: countSchema }), "POST", "/admin/guests/end", { token });

export const networkBans = (token: string) => call(v.object({ networks: v.array(networkBanSchema) }), "GET", "/admin/networks", { token });

export const banNetwork = (token: string, prefix: string, seconds: number) =>
	call(v.object({ network: networkBanSchema }), "PUT", `/admin/networks/${encodeURIComponent(prefix)}`, { token, body: { seconds } });

export const liftBan = (token: string, prefix: string) =>
	call(v.undefined(), "DELETE", `/admin/networks/${encodeURIComponent(prefix)}`, { token });

const retentionPath = (id: string) => `/admin/conversations/${encodeURIComponent(id)}/retention`;

export const retentionOf = (token: string, id: string) => call(retentionRecordSchema, "GET", retentionPath(id), { token });

export const setRetention = (token: string, id: string, retentionDays: number | null) =>
	call(retentionRecordSchema, "PUT", retentionPath(id), { token, body: { retentionDays } });

export const legalRequests = (token: string) =>
	call(v.object({ requests: v.array(legalRequestSchema) }), "GET", "/admin/requests", { token });

/** `of`: the kind of thing that the request is about. */
export const askFor = (token: string, of: "conversations" | "people", id: string, kind: LegalRequest["kind"], reason: string) =>
	call(requestSchema, "POST", `/admin/${of}/${encodeURIComponent(id)}/requests`, { token, body: { kind, reason } });

export const confirmRequest = (token: string, requestId: string) =>
	call(requestSchema, "POST", `/admin/requests/${requestId}/confirm`, { token });

export const withdrawRequest = (token: string, requestId: string) =>
	call(v.undefined(), "DELETE", `/admin/requests/${requestId}`, { token });

/** The address of the copy that a confirmed request hands out. */
export const copyFile = (requestId: string) => `/admin/requests/${requestId}/export`;

export type PurseOwner = Pick<PurseRecord, "of" | "userId">;

const pathOf = ({ of, userId }: PurseOwner) =>
	userId === undefined ? `/admin/purses/${of}` : `/admin/people/${encodeURIComponent(userId)}/purse`;

export const allPurses = (token: string) => call(v.object({ purses: v.array(purseRecordSchema) }), "GET", "/admin/purses", { token });

/** `seconds`: until it is changed if left out. */
export const setPurse = (token: string, owner: PurseOwner, limits: PurseRecord["limits"], seconds: number | undefined) =>
	call(v.object({ purse: purseRecordSchema, isPending: v.boolean() }), "PUT", pathOf(owner), { token, body: { limits, seconds } });

export const deletePurse = (token: string, owner: PurseOwner) => call(v.undefined(), "DELETE", pathOf(owner), { token });
