// Shows notifications while the person looks elsewhere. Offers to turn them on when the first
// message arrives that they would announce.

import { useEffect, useRef, useState } from "react";
import { endOfQuiet, readNotificationSettings } from "../../../src/protocol/push/notification-settings.ts";
import { preferences } from "../account/currentPreferences.ts";
import { readStored, writeStored } from "../browser.ts";
import { currentStrings } from "../languages/currentLanguage.ts";
import { useStrings } from "../languages/useStrings.ts";
import type { ListClient } from "../list/listClient.ts";
import { titleOf } from "../list/titles.ts";
import { pathOf } from "../paths.ts";
import { followPush } from "../push/followPush.ts";
import { reportLooking } from "../push/looking.ts";
import { isPushed } from "../push/mark.ts";
import { lastLineOf } from "../sidebar/lastLine.ts";
import { useIsLooking } from "../useIsLooking.ts";
import { askPermission, hold, isHeld, permission, show, withdraw } from "./browser.ts";
import styles from "./Notifications.module.css";
import { follow } from "./notifier.ts";

/** Stored per device: permission on one device says nothing about another. */
const key = "notifications";

type Props = { client: ListClient; userId: string; openId: string | undefined; onGo(path: string): void; onClose(): void };

export function Notifications({ client, userId, openId, onGo }: Props) {
	const strings = useStrings();
	const [isOffered, setIsOffered] = useState(false);
	useFollow({ client, userId, openId, onGo, onMissed: () => setIsOffered(readStored(key) === null) });

	if (!isOffered) return null;
	return (
		<section className={styles.offer} aria-label={strings.notifications}>
			<p>{strings.notificationsOffer}</p>
			<button
				type="button"
				onClick={async () => {
					await askPermission();
					setIsOffered(false);
				}}
			>
				{strings.turnOn}
			</button>
			<button
				type="button"
				onClick={() => {
					writeStored(key, "declined");
					setIsOffered(false);
				}}
			>
				{strings.notNow}
			</button>
		</section>
	);
}

function lookingAt(userId: string, conversationId: string): string {
	return JSON.stringify(["looking", userId, conversationId]);
}

type Follow = Omit<Props, "onClose"> & { onMissed(): void };

function useFollow({ client, userId, openId, onGo, onMissed }: Follow): void {
	const go = useRef(onGo);
	const missed = useRef(onMissed);
	useEffect(() => {
		go.current = onGo;
		missed.current = onMissed;
	});
	const isLooking = useIsLooking();
	useEffect(() => {
		if (isLooking && openId !== undefined) return hold(lookingAt(userId, openId), "shared");
	}, [userId, openId, isLooking]);
	useEffect(() => {
		if (isLooking) return hold(visibleTab(userId), "shared");
	}, [userId, isLooking]);
	useEffect(() => reportLooking(client, isLooking), [client, isLooking]);
	useEffect(() => followPush(userId, (path) => go.current(path)), [userId]);
	useEffect(() => {
		let isOurTurn = false;
		const leave = hold(JSON.stringify(["notifications", userId]), "exclusive", () => {
			isOurTurn = true;
		});
		const stop = follow({
			userId,
			list: client,
			level: () => preferences.state().notifications,
			isQuiet: () => endOfQuiet(readNotificationSettings(client.snapshot().list.settings), Date.now()) !== undefined,
			isPushed: async () => isPushed(userId) && !(await isHeld(visibleTab(userId))),
			permission,
			isOurTurn: () => isOurTurn,
			isLookedAt: (id) => isHeld(lookingAt(userId, id)),
			show: (listed) => {
				const path = pathOf(listed.id);
				void show(
					{ tag: listed.id, title: titleOf(listed, currentStrings()), body: lastLineOf(listed, userId, currentStrings()), path },
					() => go.current(path),
				);
			},
			withdraw: (id) => void withdraw(id),
			missed: () => missed.current(),
		});
		return () => {
			stop();
			leave();
		};
	}, [client, userId]);
}

function visibleTab(userId: string): string {
	return JSON.stringify(["visible", userId]);
}
