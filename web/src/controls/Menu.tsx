// A button that opens a menu, with its keyboard navigation.

import type { KeyboardEvent } from "react";
import styles from "./Menu.module.css";
import { type Opener, Popover } from "./Popover.tsx";

export type MenuItem = { label: string; isDanger?: boolean; act(): void };

export function Menu({ opener, items }: { opener: Omit<Opener, "icon"> & Partial<Pick<Opener, "icon">>; items: readonly MenuItem[] }) {
	return (
		<Popover
			opener={{ icon: "more", ...opener }}
			hasPopup="menu"
			className={styles.menu}
			onKeyDown={moveFocus}
			content={(close) =>
				items.map(({ label, isDanger, act }) => (
					<button
						key={label}
						type="button"
						role="menuitem"
						tabIndex={-1}
						data-danger={isDanger}
						onClick={() => {
							// Before it acts: the focus returns to the button, and moves from there
							// to whatever opens.
							close();
							act();
						}}
					>
						{label}
					</button>
				))
			}
		/>
	);
}

/** The arrow keys wrap around, Home and End go to either end, and Tab closes. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
	const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
	const at = items.indexOf(document.activeElement as HTMLElement);
	const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
	if (event.key === "Tab") event.currentTarget.hidePopover();
	if (next === undefined) return;
	event.preventDefault();
	event.stopPropagation();
	items.at(next % items.length)?.focus();
}
