// What people do with passkeys, from the call for options to its answer. Each resolves to a text that says what went wrong, if
// anything did.

import { session } from "../account/currentSession.ts";
import type { Result } from "../api.ts";
import { addPasskey, registrationOptions, signInOptions, verifyPasskey } from "./api.ts";
import { createPasskey, getPasskey } from "./browserPasskeys.ts";
import type { Words } from "./words.ts";

/** With a token, confirms its session; otherwise signs somebody in. */
async function provePasskey(words: Words, token?: string): Promise<string | undefined> {
	const options = await signInOptions();
	if ("error" in options) return options.error.message;
	const used = await getPasskey(options.value);
	if ("problem" in used) return words.problems[used.problem];
	const verified = await verifyPasskey(used.response, token);
	return "error" in verified ? verified.error.message : undefined;
}

export async function signInByPasskey(words: Words): Promise<string | undefined> {
	const problem = await provePasskey(words);
	if (problem === undefined) await session.renew();
	return problem;
}

/** Makes a call. If the service first wants to know that it is this person, asks for their passkey and makes it again. */
export async function confirmed<T>(words: Words, call: (token: string) => Promise<Result<T>>): Promise<Result<T> | { problem: string }> {
	const result = await session.call(call);
	if (!("error" in result) || result.error.code !== "confirm_first") return result;
	const state = session.state();
	const problem = await provePasskey(words, state.type === "signed_in" ? state.token : undefined);
	return problem === undefined ? session.call(call) : { problem };
}

export type Added = { name: string; recoveryCodes: readonly string[] | undefined };

export async function addOne(words: Words): Promise<Added | { problem: string }> {
	const options = await confirmed(words, registrationOptions);
	if ("problem" in options) return options;
	if ("error" in options) return { problem: options.error.message };
	const made = await createPasskey(options.value);
	if ("problem" in made) return { problem: words.problems[made.problem] };
	const added = await session.call((token) => addPasskey(token, made.response));
	if ("error" in added) return { problem: added.error.message };
	const { passkey, recoveryCodes } = added.value;
	return { name: passkey.name, recoveryCodes };
}
