// A button that opens a menu, with its keyboard navigation.

import { type KeyboardEvent, useEffect, useState } from "react";
import { clock } from "../browser.ts";
import styles from "./Menu.module.css";
import { type Opener, Popover } from "./Popover.tsx";

/** `say` resolves to the outcome, which takes the place of the label before the menu closes. */
export type MenuItem = { label: string; isDanger?: boolean; className?: string | undefined } & (
	| { act(): void; say?: never }
	| { say(): Promise<string> }
);

type Props = { opener: Omit<Opener, "icon"> & Partial<Pick<Opener, "icon">>; items: readonly MenuItem[] };

/** In ms: an outcome is read by then. */
const shownFor = 1_000;

export function Menu({ opener, items }: Props) {
	const [said, setSaid] = useState<{ label: string; text: string; close(): void }>();
	useEffect(() => (said ? clock.after(shownFor, said.close) : undefined), [said]);
	const choose = async (item: MenuItem, close: () => void) => {
		if (item.say) return setSaid({ label: item.label, text: await item.say(), close });
		// Before it acts: the focus returns to the button, and moves from there to whatever opens.
		close();
		item.act();
	};
	return (
		<Popover
			opener={{ icon: "more", ...opener }}
			hasPopup="menu"
			className={styles.menu}
			onKeyDown={moveFocus}
			onClosed={() => setSaid(undefined)}
			content={(close) =>
				items.map((item) => (
					<button
						key={item.label}
						type="button"
						role="menuitem"
						tabIndex={-1}
						className={item.className}
						data-danger={item.isDanger}
						aria-live={item.say && "polite"}
						onClick={() => void choose(item, close)}
					>
						{said?.label === item.label ? said.text : item.label}
					</button>
				))
			}
		/>
	);
}

/** The arrow keys wrap around, Home and End go to either end, and Tab closes. */
export function moveFocus(event: KeyboardEvent<HTMLElement>): void {
	const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")].filter((item) => item.checkVisibility());
	const at = items.indexOf(document.activeElement as HTMLElement);
	const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
	if (event.key === "Tab") event.currentTarget.hidePopover();
	if (next === undefined) return;
	event.preventDefault();
	event.stopPropagation();
	items.at(next % items.length)?.focus();
}
