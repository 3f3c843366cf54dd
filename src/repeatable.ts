// Marks the calls of objects that the runtime may repeat when a connection between objects breaks, because running them twice does no
// harm. Other calls are repeated only if they have certainly not run. People's calls run in `Calls`, which is opened for each person, and
// are repeated by their clients.

import { retryable } from "cloudflare:durable-objects";
import { ConversationObject } from "./conversation/object.ts";
import { DeploymentObject } from "./deployment/object.ts";
import { FilesObject } from "./files/object.ts";
import { LedgerObject } from "./money/object.ts";
import { PushEndpointObject } from "./push/object.ts";
import { UserObject } from "./user/object.ts";

/** Call it once, when the Worker starts. */
export function markRepeatable(): void {
	mark(ConversationObject, "disconnect", "endSessions", "endTokens", "erase", "preview", "register", "rename", "signOut");
	mark(UserObject, "enter", "overview", "page", "removeEntry", "rename", "settings", "showToken", "signOut", "signOutHere");
	mark(UserObject, "standing", "suspend", "tokens", "updateEntry");
	// Not `reserveSpeech`, which would count its attempt twice, nor `settleSpeech`, whose second answer may allow more than the first.
	mark(LedgerObject, "forget", "forgetPerson", "report", "reserve", "rule", "setRule", "settle");
	mark(DeploymentObject, "pushKeys", "signingSecret");
	mark(PushEndpointObject, "claim", "release");
	mark(FilesObject, "drop", "dropThumbnail", "find", "refusalFor", "sizes");
}

function mark<T>({ prototype }: { prototype: T }, ...names: readonly (keyof T)[]): void {
	retryable(...names.map((name) => prototype[name] as () => unknown));
}
