// What a Socket.IO session has of the house, on the platform: tokens, and one native socket for each conversation that a client is in.

import { isStillSignedIn } from "../../auth/identify.ts";
import type { Settings } from "../../settings.ts";
import { openSocket } from "../native-socket.ts";
import type { House } from "./session.ts";

export function houseOf(env: Env, settings: Settings): House {
	return {
		settings,
		users: env.USERS,
		open: (identity) => async (conversationId, cursor) => {
			// They were identified when they connected, which may be long ago: those sockets are closed with a sign-in that are open then.
			if (!(await isStillSignedIn(identity, env.USERS))) return { code: "unauthorized" };
			return openSocket(env.CONVERSATIONS.getByName(conversationId), identity, cursor);
		},
	};
}
