// The list of conversations and the open one: side by side if there is room, else one of them.

import { useEffect, useMemo, useRef, useState } from "react";
import { useLocation, useRoute } from "wouter";
import { followSettings } from "../account/currentPreferences.ts";
import { LazyConnectionBanner } from "../conversation/LazyConnectionBanner.tsx";
import { HomePage } from "../home/HomePage.tsx";
import { Keyboard } from "../keyboard/Keyboard.tsx";
import { goTo } from "../keyboard/landmarks.ts";
import { SkipLinks } from "../keyboard/SkipLinks.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { newsIn } from "../list/list.ts";
import type { ListClient } from "../list/listClient.ts";
import { PersonalList, useListClient, useListSnapshot } from "../list/usePersonalList.ts";
import { deviceCacheOf } from "../live/deviceCache.ts";
import { Sidebar } from "../sidebar/Sidebar.tsx";
import { useKeyboardInset } from "../useKeyboardInset.ts";
import { useBadge } from "../useTitle.ts";
import { ConversationPage } from "./ConversationPage.tsx";
import styles from "./MainPage.module.css";
import { NoticePage } from "./NoticePage.tsx";

export function MainPage({ token, userId, name }: { token: string | null; userId: string; name: string }) {
	const strings = useStrings();
	const cache = useMemo(() => deviceCacheOf(userId), [userId]);
	const client = useListClient(token, cache);
	useEffect(() => followSettings(client), [client]);
	useKeyboardInset();
	const [isHome] = useRoute("/");
	const [, navigate] = useLocation();
	const [, conversation] = useRoute("/c/:id");
	const openId = conversation?.id;
	const before = useRef(openId);
	useEffect(() => {
		// Closing a conversation removes the element with the focus.
		if (before.current !== undefined && openId === undefined && document.activeElement === document.body) goTo("nav");
		before.current = openId;
	}, [openId]);
	/** How often a new conversation was asked for since one was open. */
	const [focusKey, setFocusKey] = useState(0);
	useEffect(() => {
		if (openId !== undefined) setFocusKey(0);
	}, [openId]);
	const startNew = () => {
		if (!isHome) navigate("/");
		setFocusKey((key) => key + 1);
	};
	return (
		<PersonalList value={client}>
			<Badge client={client} />
			{openId !== undefined && <SkipLinks />}
			<Keyboard />
			<div className={styles.main} data-shows={isHome ? "list" : "conversation"}>
				<div className={styles.list}>
					<Sidebar userId={userId} name={name} openId={openId} onNew={startNew} />
				</div>
				<div className={styles.open}>
					{openId !== undefined && <ConversationPage key={openId} id={openId} token={token} cache={cache} userId={userId} name={name} />}
					{isHome && <HomePage userId={userId} focusKey={focusKey} />}
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
