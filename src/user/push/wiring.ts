// Connects a person's notifications to push services, to the check of sign-ins, and to the conversations.

import { refusalOf } from "../../auth/identify.ts";
import type { Identity } from "../../auth/tokens.ts";
import { pushKeysOf } from "../../deployment/settings.ts";
import { push } from "../../push/send.ts";
import { readSettings } from "../../settings.ts";
import { Push } from "./push.ts";
import type { PushDevice } from "./store.ts";

type Parts = Omit<ConstructorParameters<typeof Push>[0], "send" | "holds" | "ownerAbsence" | "isMember">;

/** In ms. As long as a sign-in has to hold for one more message. */
const moment = 60_000;

/** A push service wants an address of whoever runs the deployment: where none is set, that of the page. */
function subjectFor(page: string, set: string | undefined): string {
	return set ?? (page.startsWith("https:") ? page : "mailto:nobody@example.com");
}

export function pushOf(env: Env, parts: Parts): Push {
	const settings = () => {
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		return read.settings;
	};
	const { userId, now } = parts;
	const identityOf = ({ kind, session = "" }: Pick<PushDevice, "kind" | "session">): Identity => {
		const person = { userId, username: "", grants: [], expiresAt: now() + moment };
		return kind === "issued" ? { ...person, kind, issuedAt: 0 } : { ...person, kind, session };
	};
	return new Push({
		...parts,
		send: async (device, message, topic) => {
			const keys = await pushKeysOf(settings(), env);
			// With other keys, the push service takes nothing for this device any more.
			if (keys?.publicKey !== device.key) return "gone";
			return push(device, JSON.stringify(message), topic, { ...keys, subject: subjectFor(device.page, settings().push?.subject) });
		},
		ownerAbsence: () => settings().tokens.ownerAbsence,
		holds: async (device) => !(await refusalOf(identityOf(device), settings(), env.USERS, now())),
		isMember: async (conversationId) => {
			using calls = await env.CONVERSATIONS.getByName(conversationId).forDeployer();
			return await calls.isMember(userId);
		},
	});
}
