// The hook for the list of conversations: ties a `ListClient` to React, the window and the session.

import { createContext, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { closeCodes } from "../../../src/protocol/errors.ts";
import { session } from "../account/currentSession.ts";
import { changeListEntry, conversationsBefore, meSocketUrl, whoAmI } from "../api.ts";
import { clock, followNetwork, hasNetwork, openSocket } from "../browser.ts";
import type { DeviceCache } from "../live/deviceCache.ts";
import { ListClient, type ListSnapshot } from "./listClient.ts";
import { openOtherTabs } from "./otherTabs.ts";

/** For components that show or change conversations. */
export const PersonalList = createContext<ListClient | null>(null);

/** Connected while the component is mounted. */
export function useListClient(token: string | null, cache: DeviceCache): ListClient {
	const client = useMemo(() => makeClient(cache), [cache]);
	useEffect(() => client.setToken(token), [client, token]);
	useEffect(() => () => client.stop(), [client]);
	useEffect(() => followNetwork(client), [client]);
	return client;
}

export function useListSnapshot(client: ListClient): ListSnapshot {
	return useSyncExternalStore(client.subscribe, client.snapshot);
}

export function usePersonalList(): ListClient {
	const client = useContext(PersonalList);
	if (!client) throw new Error("There is no list around this.");
	return client;
}

function makeClient(cache: DeviceCache): ListClient {
	return new ListClient({
		urlFor: meSocketUrl,
		openSocket,
		clock,
		random: Math.random,
		hasNetwork,
		renewToken: () => session.renewFor(cache.userId),
		explainRefusal: async (token) => {
			const result = await whoAmI(token);
			return "error" in result && result.error.code === "unauthorized" ? closeCodes.token : undefined;
		},
		olderThan: async (before) => {
			const result = await session.call((token) => conversationsBefore(token, before));
			return "value" in result ? result.value : null;
		},
		changeListEntry: async (id, change) => "value" in (await session.callAs(cache.userId, (token) => changeListEntry(token, id, change))),
		openTabs: openOtherTabs(cache.userId),
		keeper: { read: cache.readList, write: (conversations) => void cache.writeList(conversations) },
	});
}
