// The title of the tab, with the number of unread messages, and the badge on the icon.

import { useEffect } from "react";
import type { Catalogue } from "./languages/catalogue.ts";
import { useStrings } from "./languages/useStrings.ts";
import type { News } from "./list/list.ts";

let place: string | undefined;
let news: News = { unread: 0, mentions: 0 };

/** Applies while the component is mounted. */
export function useTitle(title: string | undefined): void {
	const strings = useStrings();
	useEffect(() => {
		place = title;
		show(strings);
	}, [title, strings]);
}

/** Applies while the component is mounted. */
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
	// Only for an installed page. Nothing is lost where it does not work.
	navigator.setAppBadge?.(unread).catch(() => {});
}

function show(strings: Catalogue): void {
	document.title = strings.tabTitle(place, news);
}
