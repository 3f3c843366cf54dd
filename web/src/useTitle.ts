// What the tab is called: where one is, and before it how much is new. The icons that the browser and the system show say so too.

import { useEffect } from "react";
import type { Catalogue } from "./languages/catalogue.ts";
import { useStrings } from "./languages/useStrings.ts";
import type { News } from "./list/list.ts";

let place: string | undefined;
let news: News = { unread: 0, mentions: 0 };

/** For as long as a component is there. */
export function useTitle(title: string | undefined): void {
	const strings = useStrings();
	useEffect(() => {
		place = title;
		show(strings);
	}, [title, strings]);
}

/** As `useTitle`: what is new in one's conversations. */
export function useBadge({ unread, mentions }: News): void {
	const strings = useStrings();
	useEffect(() => {
		tell({ unread, mentions }, strings);
		return () => tell({ unread: 0, mentions: 0 }, strings);
	}, [unread, mentions, strings]);
}

function tell(told: News, strings: Catalogue): void {
	news = told;
	show(strings);
	const { unread } = news;
	const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
	if (icon) icon.href = unread > 0 ? "/icon-news.svg" : "/icon.svg";
	// Of an installed page; where the browser has none, or does not want to, nothing is lost.
	navigator.setAppBadge?.(unread).catch(() => {});
}

function show(strings: Catalogue): void {
	document.title = strings.tabTitle(place, news);
}
