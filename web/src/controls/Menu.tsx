// A button that opens a menu beside it: by the browser's own popover, with the keys that a menu has.

import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Icon } from "../icons.tsx";
import styles from "./Menu.module.css";

export type MenuItem = { label: string; isDanger?: boolean; act(): void };

export function Menu({ label, className, items }: { label: string; className: string | undefined; items: readonly MenuItem[] }) {
	const id = useId();
	const popover = useRef<HTMLDivElement>(null);
	const [isOpen, setIsOpen] = useState(false);
	useEffect(() => {
		if (isOpen) popover.current?.querySelector("button")?.focus();
	}, [isOpen]);

	return (
		<>
			<button type="button" className={className} popoverTarget={id} aria-haspopup="menu" aria-expanded={isOpen} aria-label={label}>
				<Icon name="more" />
			</button>
			<div
				ref={popover}
				id={id}
				popover="auto"
				role="menu"
				aria-label={label}
				className={styles.menu}
				onToggle={({ newState }) => setIsOpen(newState === "open")}
				onKeyDown={moveFocus}
			>
				{isOpen &&
					items.map(({ label, isDanger, act }) => (
						<button
							key={label}
							type="button"
							role="menuitem"
							tabIndex={-1}
							data-danger={isDanger}
							onClick={() => {
								// Before it acts: the focus goes back to the button, and from there to whatever opens.
								popover.current?.hidePopover();
								act();
							}}
						>
							{label}
						</button>
					))}
			</div>
		</>
	);
}

/** Up and down in a circle, to either end; leaving by the tab key closes. */
export function moveFocus(event: KeyboardEvent<HTMLElement>): void {
	const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
	const at = items.indexOf(document.activeElement as HTMLElement);
	const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
	if (event.key === "Tab") event.currentTarget.hidePopover();
	if (next === undefined) return;
	event.preventDefault();
	items.at(next % items.length)?.focus();
}
