// People, as they are named on the wire, and what an id may be.

import * as v from "valibot";
import { limits } from "./limits.ts";
import { harmlessLine, isSeen } from "./text.ts";

/** An id is nothing to be mended: unpaired surrogates would come back from storage as other text than was sent. */
export const idSchemaOf = (max: number) =>
	v.pipe(
		v.string(),
		v.minLength(1),
		v.maxLength(max),
		v.check((text) => text.isWellFormed()),
	);
export const idSchema = idSchemaOf(limits.id);

/** What is one line already, with nothing unseen. */
export const lineSchema = v.regex<string>(/^(?:[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|[\u200c\u200d])*$/u);

/** Text that is made one harmless line. */
export const lineSchemaOf = (max: number) => v.pipe(v.string(), v.transform(harmlessLine), v.maxLength(max));
export const usernameSchema = v.pipe(lineSchemaOf(limits.username), v.check(isSeen));

export const personSchema = v.object({ userId: idSchema, username: v.string() });
/** Somebody who is signed in, to themself. */
export const userSchema = v.object({ id: idSchema, name: v.string() });
export type Person = v.InferOutput<typeof personSchema>;

/** The name in place of that of a person who had themselves erased. */
export const erasedName = "Deleted person";

/** Claude, as the author of its messages. No token may have this `sub`. */
export const claude: Person = { userId: "claude", username: "Claude" };
