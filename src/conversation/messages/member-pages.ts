// Answers a client that asks over its socket for a page of the members. Must not know how members are found.

import type { ClientEvent, ServerEvent } from "../../protocol/events.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Client, Clients } from "../ports.ts";
import { priceOfPage, type WorkRate } from "./work-rate.ts";

type Request = Extract<ClientEvent, { type: "chat:list-members" }>;

type Parts<T extends Client> = {
	roster: { answer(request: Request): Extract<ServerEvent, { type: "chat:member-page" }> | Refusal };
	clients: Pick<Clients<T>, "send">;
	work: WorkRate;
	now: () => number;
};

export function sendMemberPage<T extends Client>(
	{ roster, clients, work, now }: Parts<T>,
	client: T,
	request: Request,
): Refusal | undefined {
	const busy = work.begin(client.requester, now(), priceOfPage(request));
	if (busy) return busy;
	const page = roster.answer(request);
	if ("code" in page) return page;
	work.count(client.requester, now(), { rows: page.members.length, length: 0 });
	clients.send(client, page);
}
