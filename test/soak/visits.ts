// People who come for a moment: guests accept an invite, write, and are removed or sign out, over a failing network and servers that die.
// From then on they must receive nothing that is said.

import { setTimeout as wait } from "node:timers/promises";
import type { ReceivedMessage } from "./checker.ts";
import { Talker } from "./participants.ts";
import type { Random } from "./random.ts";

type Place = { url: string; proxyUrl: string; conversationId: string; owner: string; invite: string; random: Random };

/** In ms: how long somebody who has lost access goes on trying to come back. */
const persistence = 1_500;
const patience = 60_000;

/** Somebody's stay. */
export type Visit = {
	talker: Talker;
	end: "removed" | "signed out";
	/** What the owner sent after the end, and how it was acknowledged. */
	sent: { userId: string; clientId: string; content: string };
	after: ReceivedMessage & { userId: string };
};

/** Lets a guest come, say something and lose access. Resolves to `undefined` if the round ends before they came in. */
export async function visit(place: Place, nth: number, isOver: () => boolean): Promise<Visit | undefined> {
	const { url, proxyUrl, conversationId, owner, invite, random } = place;
	const call = (method: string, path: string, token: string | undefined, body: object | undefined, done: readonly number[]) =>
		insist(
			`${url}/api${path}`,
			{ method, body: body && JSON.stringify(body), headers: token ? { authorization: `Bearer ${token}` } : {} },
			done,
		);

	const { token, user } = await call("POST", "/auth/guest", undefined, { name: `Guest ${nth}` }, [201]);
	await call("POST", "/invites/accept", token, { token: invite }, [200]);
	if (isOver()) return undefined;
	const talker = new Talker({ proxyUrl, conversationId, userId: user.id, token, random });
	for (let turn = 0; turn < 4; turn++) {
		talker.say(`guest-${nth}-${turn}`, `${turn === 2 ? "@claude " : ""}Guest ${nth} says ${turn}`);
		await wait(random.below(600));
	}
	const end = random.chance(0.5) ? "removed" : "signed out";
	// A server that died may have answered nothing, and have done it.
	if (end === "removed") await call("DELETE", `/conversations/${conversationId}/members/${user.id}`, owner, undefined, [204, 404]);
	else await call("POST", "/auth/sign-out", token, {}, [204, 401]);

	const sent = { userId: "ann", clientId: `after-${nth}`, content: `Guest ${nth} is ${end}` };
	const { message } = await call("POST", `/conversations/${conversationId}/messages`, owner, sent, [200, 201]);
	await wait(persistence);
	talker.close();
	return { talker, end, sent, after: { ...message, userId: "ann" } };
}

/** Calls until the answer is one of these. The server may be down for a while. */
async function insist(address: string, init: RequestInit, done: readonly number[]) {
	for (const until = Date.now() + patience; ; ) {
		try {
			const response = await fetch(address, init);
			const text = await response.text();
			if (done.includes(response.status)) return text === "" ? {} : JSON.parse(text);
			if (response.status < 500 && response.status !== 429)
				throw new Error(`${init.method} ${address} answered ${response.status}: ${text}`);
		} catch (error) {
			if (!(error instanceof TypeError) || Date.now() > until) throw error;
		}
		await wait(200);
	}
}
