// The sidebar beside the open conversation: the person's conversations, a search in all of them,
// and what else opens from there.

import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { limits } from "../../../src/protocol/limits.ts";
import { addressOf } from "../api.ts";
import { moveBetween } from "../controls/arrowKeys.ts";
import { IconButton } from "../controls/IconButton.tsx";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { Problem } from "../controls/Problem.tsx";
import { useLazy } from "../controls/useLazy.ts";
import { Icon, Mark } from "../icons.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { useListSnapshot, usePersonalList } from "../list/usePersonalList.ts";
import { pathOf } from "../paths.ts";
import { switchKeys, useShortcut } from "../useShortcut.ts";
import { ConversationList } from "./ConversationList.tsx";
import styles from "./Sidebar.module.css";

const loadNewVersion = () => import("./NewVersion.tsx");
const loadFleeting = () => import("../keeping/Fleeting.tsx");
const SettingsDialog = lazyDialog(async () => (await import("../settings/SettingsDialog.tsx")).SettingsDialog);
const SearchAll = lazyDialog(async () => (await import("../search/SearchAll.tsx")).SearchAll);
const Switcher = lazyDialog(async () => (await import("../switcher/Switcher.tsx")).Switcher);
/** Nothing is shown if it cannot be loaded: nobody asked for it. */
const Notifications = lazyDialog(
	async () => (await import("../notifications/Notifications.tsx")).Notifications,
	() => null,
);

/** `onNew`: somebody wants to begin a conversation. */
type Props = { userId: string; name: string; openId: string | undefined; onNew(): void };
type Opened = "settings" | "switcher";

export function Sidebar({ userId, name, openId, onNew }: Props) {
	const strings = useStrings();
	const client = usePersonalList();
	const snapshot = useListSnapshot(client);
	const version = useLazy(loadNewVersion, true);
	const fleeting = useLazy(loadFleeting, addressOf("/").origin !== location.origin);
	const [, navigate] = useLocation();
	const [problem, setProblem] = useState("");
	const { field, text, setText, search } = useSearchField();
	const isSearching = text.trim() !== "";
	// Whoever has joined a sign-in comes back to the settings.
	const [open, setOpen] = useState<Opened | undefined>(location.hash === "#settings" ? "settings" : undefined);
	useShortcut(switchKeys, () => setOpen("switcher"));
	const close = () => setOpen(undefined);

	return (
		<nav className={styles.sidebar} aria-label={strings.conversations}>
			<Bar name={name} isHome={openId === undefined} onOpen={setOpen} />
			<button type="button" className={styles.create} onClick={onNew}>
				<Icon name="plus" />
				{strings.newConversation}
			</button>
			<input
				ref={field}
				type="search"
				className={styles.search}
				value={text}
				aria-label={strings.searchEverywhere}
				placeholder={strings.searchEverywhere}
				maxLength={limits.search.query}
				autoComplete="off"
				dir="auto"
				onChange={({ target }) => setText(target.value)}
				onKeyDown={({ key, nativeEvent }) => key === "Escape" && !nativeEvent.isComposing && setText("")}
			/>
			<Problem className={styles.problem}>{problem}</Problem>
			<Notifications client={client} userId={userId} openId={openId} onGo={navigate} onClose={close} />
			{isSearching && (
				// biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys move between the links in it.
				<div className={styles.scroller} onKeyDown={(event) => moveBetween(event, "a")}>
					<SearchAll text={text} list={snapshot.list} onClose={() => setText("")} />
				</div>
			)}
			<ConversationList snapshot={snapshot} userId={userId} openId={openId} isHidden={isSearching} onProblem={setProblem} />
			{fleeting && <fleeting.Fleeting userId={userId} />}
			{version && <version.NewVersion />}
			{open === "settings" && <SettingsDialog name={name} onClose={close} />}
			{open === "switcher" && (
				<Switcher
					client={client}
					openId={openId}
					commands={[
						{ icon: "plus", label: strings.newConversation, act: onNew },
						{ icon: "search", label: strings.searchEverywhere, takesText: true, act: search },
						{ icon: "gear", label: strings.settings, act: () => setOpen("settings") },
					]}
					onGo={(id) => navigate(pathOf(id))}
					onClose={() => setOpen((now) => (now === "switcher" ? undefined : now))}
				/>
			)}
		</nav>
	);
}

function Bar({ name, isHome, onOpen }: { name: string; isHome: boolean; onOpen(what: Opened): void }) {
	const strings = useStrings();
	// An open conversation has the page's main heading.
	const Heading = isHome ? "h1" : "h2";
	return (
		<header className={styles.bar}>
			<Mark />
			<Heading>{strings.product}</Heading>
			<span className={styles.who} dir="auto" title={name}>
				{name}
			</span>
			<span className={styles.buttons}>
				<IconButton icon="goTo" name={strings.goToLabel} shortcut={switchKeys} onClick={() => onOpen("switcher")} />
				<IconButton icon="gear" name={strings.settings} onClick={() => onOpen("settings")} />
			</span>
		</header>
	);
}

/** `search`: writes a text into the field and moves the focus there. */
function useSearchField() {
	const [, navigate] = useLocation();
	const field = useRef<HTMLInputElement>(null);
	const [text, setText] = useState("");
	const [focusKey, setFocusKey] = useState(0);
	useEffect(() => {
		if (focusKey > 0) field.current?.focus();
	}, [focusKey]);
	const search = (text: string) => {
		// On a phone the list is a page of its own.
		if (!field.current?.checkVisibility()) navigate("/");
		setText(text);
		setFocusKey((key) => key + 1);
	};
	return { field, text, setText, search };
}
