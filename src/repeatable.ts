// Which calls of objects the runtime may repeat where a connection between objects breaks: nothing happens twice if they run twice. What
// is not listed is repeated only if it has certainly not run. Calls of people run in `Calls`, which is opened for each of them, and are
// repeated by their clients.

import { retryable } from "cloudflare:durable-objects";
import { ConversationObject } from "./conversation/object.ts";
import { DeploymentObject } from "./deployment/object.ts";
import { FilesObject } from "./files/object.ts";
import { LedgerObject } from "./money/object.ts";
import { PushEndpointObject } from "./push/object.ts";
import { UserObject } from "./user/object.ts";

/** To be called once, when the Worker starts. */
export function markRepeatable(): void {
	mark(ConversationObject, "disconnect", "endSessions", "endTokens", "erase", "preview", "register", "rename", "signOut");
	mark(UserObject, "enter", "overview", "page", "removeEntry", "rename", "settings", "showToken", "signOut", "signOutHere");
	mark(UserObject, "standing", "suspend", "tokens", "updateEntry");
	mark(LedgerObject, "forget", "forgetPerson", "report", "reserve", "reserveSpeech", "rule", "setRule", "settle", "settleSpeech");
	mark(DeploymentObject, "pushKeys", "signingSecret");
	mark(PushEndpointObject, "claim", "release");
	mark(FilesObject, "drop", "dropThumbnail", "find", "refusalFor", "sizes");
}

function mark<T>({ prototype }: { prototype: T }, ...names: readonly (keyof T)[]): void {
	retryable(...names.map((name) => prototype[name] as () => unknown));
}
