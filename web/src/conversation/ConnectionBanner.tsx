// A banner about a missing connection, with a button to reconnect. It lies over the page, so that nothing moves when it appears.
// Screen readers get the status in the header instead, as the countdown would be read out every second.

import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { clock } from "../browser.ts";
import pill from "../controls/Pill.module.css";
import { useStrings } from "../languages/useStrings.ts";
import type { ConnectionState } from "../live/connection.ts";
import { type About, type Notice, noticeFor, secondsUntil } from "../live/connectionNotice.ts";
import { useConnectionGap } from "../useConnectionGap.ts";
import styles from "./ConnectionBanner.module.css";

type Props = {
	/** The open conversation. */
	conversation?: { connection: ConnectionState; isBehind: boolean };
	list: ConnectionState;
	onTry(): void;
};

export function ConnectionBanner({ conversation, list, onTry }: Props) {
	const said = noticeFor(conversation, list);
	const isGap = useConnectionGap(said ? (said.notice.type === "offline" ? "offline" : "connecting") : "connected");
	return said && isGap ? <Banner {...said} isHome={conversation === undefined} onTry={onTry} /> : null;
}

type BannerProps = { about: About; notice: Notice; isHome: boolean; onTry(): void };

function Banner({ about, notice, isHome, onTry }: BannerProps) {
	const strings = useStrings();
	const banner = useRef<HTMLDivElement>(null);
	useLayoutEffect(() => {
		const { current } = banner;
		return () => {
			// The button disappears, and the focus must not be lost with it.
			const place = current?.contains(document.activeElement) ? current.parentElement : null;
			if (!place) return;
			place.tabIndex = -1;
			place.focus({ preventScroll: true });
		};
	}, []);
	const isWaiting = notice.type !== "connecting" && notice.type !== "catching up";
	return (
		<div ref={banner} className={`${pill.pill} ${styles.banner}`} data-banner={notice.type}>
			<p>{about === "list" ? strings.listBehind : <Text notice={notice} isHome={isHome} />}</p>
			{notice.type !== "catching up" && (
				<button type="button" aria-disabled={!isWaiting} onClick={() => isWaiting && onTry()}>
					{strings.reconnectNow}
				</button>
			)}
		</div>
	);
}

/** `isHome`: no conversation is open that could send messages later. */
function Text({ notice, isHome }: { notice: Notice; isHome: boolean }) {
	const strings = useStrings();
	switch (notice.type) {
		case "offline":
			return isHome ? strings.offlineHome : strings.offlineBanner;
		case "connecting":
			return strings.connecting;
		case "replaced":
			return strings.replaced;
		case "waiting":
			return <Countdown until={notice.until} />;
		case "unreadable":
			return strings.unreadableServer;
		case "catching up":
			return strings.catchingUp;
		default:
			return notice satisfies never;
	}
}

function Countdown({ until }: { until: number }) {
	const strings = useStrings();
	const [now, setNow] = useState(clock.now);
	useEffect(() => {
		const left = until - now;
		// Until the next whole second.
		return left > 1_000 ? clock.after(left % 1_000 || 1_000, () => setNow(clock.now())) : undefined;
	}, [until, now]);
	return strings.reconnectingIn(secondsUntil(until, now));
}
