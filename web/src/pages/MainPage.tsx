// The list of conversations and the open one: side by side if there is room, else one of them.

import { useEffect, useMemo, useRef } from "react";
import { useRoute } from "wouter";
import { followSettings } from "../account/currentPreferences.ts";
import { LazyConnectionBanner } from "../conversation/LazyConnectionBanner.tsx";
import { Keyboard } from "../keyboard/Keyboard.tsx";
import { goTo } from "../keyboard/landmarks.ts";
import { SkipLinks } from "../keyboard/SkipLinks.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { newsIn } from "../list/list.ts";
import type { ListClient } from "../list/listClient.ts";
import { PersonalList, useListClient, useListSnapshot } from "../list/usePersonalList.ts";
import { deviceCacheOf } from "../live/deviceCache.ts";
import { Sidebar } from "../sidebar/Sidebar.tsx";
import { useBadge, useTitle } from "../useTitle.ts";
import { ConversationPage } from "./ConversationPage.tsx";
import styles from "./MainPage.module.css";
import { NoticePage } from "./NoticePage.tsx";

export function MainPage({ token, userId, name }: { token: string | null; userId: string; name: string }) {
	const strings = useStrings();
	const cache = useMemo(() => deviceCacheOf(userId), [userId]);
	const client = useListClient(token, cache);
	useEffect(() => followSettings(client), [client]);
	const [isHome] = useRoute("/");
	const [, conversation] = useRoute("/c/:id");
	const openId = conversation?.id;
	const before = useRef(openId);
	useEffect(() => {
		// Closing a conversation removes the element with the focus.
		if (before.current !== undefined && openId === undefined && document.activeElement === document.body) goTo("nav");
		before.current = openId;
	}, [openId]);
	return (
		<PersonalList value={client}>
			<Badge client={client} />
			{openId !== undefined && <SkipLinks />}
			<Keyboard />
			<div className={styles.main} data-shows={isHome ? "list" : "conversation"}>
				<div className={styles.list}>
					<Sidebar userId={userId} name={name} openId={openId} />
				</div>
				<div className={styles.open}>
					{openId !== undefined && <ConversationPage key={openId} id={openId} token={token} cache={cache} userId={userId} name={name} />}
					{isHome && <NothingOpen />}
					{!isHome && openId === undefined && <NoticePage text={strings.gone} hasWayHome />}
				</div>
				{openId === undefined && <LazyConnectionBanner />}
			</div>
		</PersonalList>
	);
}

/** A component of its own, so that the open conversation does not render again with every change of the list. */
function Badge({ client }: { client: ListClient }) {
	useBadge(newsIn(useListSnapshot(client).list));
	return null;
}

function NothingOpen() {
	const strings = useStrings();
	useTitle(undefined);
	return (
		<main className={styles.nothing}>
			<h2>{strings.noneOpenTitle}</h2>
			<p>{strings.noneOpenText}</p>
		</main>
	);
}
