// The form of personal tokens, by which programs act for a person. A token contains its owner's id,
// so that the owner's object can be asked; that object alone knows by the token's hash what it
// permits. Must not depend on requests or storage.

import { base64url } from "jose";
import * as v from "valibot";
import type { Person } from "../protocol/person.ts";
import { randomId } from "../protocol/random-id.ts";
import { subSchema } from "./claims.ts";
import type { Identity } from "./tokens.ts";

const form = /^parley_([\w-]+)\.[\w-]{22}$/;

/** True if a token has the prefix of a personal token. All others are JSON Web Tokens. */
export function isPersonal(token: string): boolean {
	return token.startsWith("parley_");
}

/** Creates a token with 128 random bits. */
export function makePersonalToken(userId: string): string {
	return `parley_${base64url.encode(userId)}.${randomId()}`;
}

/**
 * The id of the owner that the token names, unverified. `undefined` if it does not have the form of
 * our tokens.
 */
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

/** The author that others see. A program's name stands behind its owner's: *Ann (deploy bot)*. */
export function authorOf({ userId, username }: Person, { program }: Identity): Person {
	return { userId, username: program ? `${username} (${program.name})` : username };
}
