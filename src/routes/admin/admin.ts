// The door of the administration: only administrators pass. Every route below `/admin` belongs to this file's router.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { isAdministrator, sealVouchers, vouchersOf } from "../../auth/administrators.ts";
import { adminLimits } from "../../protocol/admin/limits.ts";
import { directoryName } from "../../protocol/admin/records.ts";
import { limits } from "../../protocol/limits.ts";
import { claude, idSchema, isAlias } from "../../protocol/person.ts";
import { type App, limitParameter, refuse } from "../http.ts";

export const admin = new Hono<App>();

admin.use("/admin/*", async (c, next) => {
	const isAdmitted = await isAdministrator(c.get("identity"), c.get("settings"), c.env.USERS);
	return isAdmitted ? next() : refuse(c, "forbidden", "Only administrators of this service may do that.");
});

export function directoryOf(c: Context<App>) {
	return c.env.DIRECTORY.getByName(directoryName);
}

/** Id of the administrator who makes the request. */
export function callerOf(c: Context<App>): string {
	return c.get("identity").userId;
}

/**
 * What tells whether two administrators may be the same human. `sealed` is what is stored of it; `plain` is compared with the requests that
 * the release before has stored, and to be removed after one release.
 */
export async function callersVouchers(c: Context<App>): Promise<{ sealed: string[]; plain: string[] }> {
	const plain = await vouchersOf(c.get("identity"), c.env.USERS);
	return { plain, sealed: await sealVouchers(plain, c.get("settings").jwtSecret) };
}

/** A place in a list that is in the order of times: the time in ms, a comma and an id. Clients pass on what they were given. */
const afterSchema = v.pipe(
	v.string(),
	v.maxLength(limits.id + 20),
	v.regex(/^\d{1,16},./s),
	v.transform((text) => ({ at: Number(text.slice(0, text.indexOf(","))), id: text.slice(text.indexOf(",") + 1) })),
);

export const pageParameters = { after: v.optional(afterSchema), ...limitParameter(adminLimits.adminPage) };

/** The `next` of a page. */
export function nextOf(place: { at: number; id: string } | undefined) {
	return place && { next: `${place.at},${place.id}` };
}

/** The person in the path; `undefined` for an id that nobody can have. */
export function personIn(c: Context<App>): string | undefined {
	const id = c.req.param("id");
	return v.is(idSchema, id) && id !== claude.userId && !isAlias(id) ? id : undefined;
}
