// Ids and people on the wire.

import * as v from "valibot";
import { limits } from "./limits.ts";
import { assistantName } from "./text/assistant-name.ts";
import { isVisible, sanitizeLine } from "./text/sanitize.ts";

/** An id is refused and not repaired: storage would change unpaired surrogates. */
export const idSchemaOf = (max: number) =>
	v.pipe(
		v.string(),
		v.minLength(1),
		v.maxLength(max),
		v.check((text) => text.isWellFormed()),
	);
export const idSchema = idSchemaOf(limits.id);

/** Accepts one line without invisible characters. */
export const lineSchema = v.regex<string>(/^(?:[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|[\u200c\u200d])*$/u);

/** Converts text to one harmless line. */
export const lineSchemaOf = (max: number) => v.pipe(v.string(), v.transform(sanitizeLine), v.maxLength(max));
export const usernameSchema = v.pipe(lineSchemaOf(limits.username), v.check(isVisible));

export const personSchema = v.object({ userId: idSchema, username: v.string() });
/** The person who is signed in, in responses to them. `isAccount`: they came as a guest, and sign in with a provider since. */
export const userSchema = v.object({ id: idSchema, name: v.string(), isAccount: v.optional(v.boolean()) });
export type Person = v.InferOutput<typeof personSchema>;
/**
 * Never on the wire. `namedAt`: when an issuer gave the name, in ms. Only a newer token of the issuer's replaces it. `isAccount`: of
 * somebody who came as a guest, whether they sign in with a provider since.
 */
export type NamedPerson = Person & { namedAt?: number | undefined; isAccount?: boolean | undefined };
/** The author of a message. `program`: a program wrote it for the person, under both names. */
export const authorSchema = v.object({ ...personSchema.entries, program: v.optional(v.object({ name: v.string() })) });
export type Author = v.InferOutput<typeof authorSchema>;

/** Begins the id of every guest. */
export const guestPrefix = "guest-";
/** True for the ids that this deployment gives to its guests. */
export const isGuestId = (id: string): boolean => /^guest-[\w-]{22}$/.test(id);

/** Begins the id of everybody who signs in here with a provider. */
export const accountPrefix = "oidc-";
/** True for the ids that this deployment gives to people who sign in with a provider. */
export const isAccountId = (id: string): boolean => /^oidc-[\w-]{43}$/.test(id);

/** True for what stands in the place of an erased person's id. Nobody has such an id. */
export const isAlias = (id: string): boolean => /^erased-[\da-f-]{36}$/.test(id);

/** The name of everybody who has erased their account. */
export const erasedName = "Deleted person";

/** Claude as an author, under the name that it has in this deployment. No token may have this `sub`. */
export const claude: Person = {
	userId: "claude",
	get username() {
		return assistantName();
	},
};

/** The name that an author has now: a stored one of Claude's may be of another time. */
export function nameOfAuthor({ userId, username }: Person): string {
	return userId === claude.userId ? claude.username : username;
}
