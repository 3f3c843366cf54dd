// Personal tokens, by which programs speak for a person: their form. What one is good for, only the person's own object knows, by its hash;
// the token names that person, so that it can be asked. Knows nothing of requests or storage.

import { base64url } from "jose";
import * as v from "valibot";
import type { Person } from "../protocol/person.ts";
import { randomId } from "../protocol/random-id.ts";
import { type Identity, subSchema } from "./tokens.ts";

const form = /^parley_([\w-]+)\.[\w-]{22}$/;

/** Whether a token says to be one; all others are JSON Web Tokens. */
export function isPersonal(token: string): boolean {
	return token.startsWith("parley_");
}

/** A new one, with 128 random bits. */
export function makePersonalToken(userId: string): string {
	return `parley_${base64url.encode(userId)}.${randomId()}`;
}

/** The id of whom it says to speak for, unverified; `undefined` for what no token of ours looks like. */
export function ownerOf(token: string): string | undefined {
	const encoded = form.exec(token)?.[1];
	if (encoded === undefined) return undefined;
	try {
		const userId = new TextDecoder().decode(base64url.decode(encoded));
		return base64url.encode(userId) === encoded && v.is(subSchema, userId) ? userId : undefined;
	} catch {
		return undefined;
	}
}

/** As whom somebody is seen and heard: a program by its own name, behind that of whom it speaks for. */
export function speakerOf({ userId, username }: Person, { program }: Identity): Person {
	return { userId, username: program ? `${username} (${program.name})` : username };
}
