// The icons. Each stands beside or inside an element that has an accessible name.

const paths = {
	back: "M15 5l-7 7 7 7",
	plus: "M12 5v14M5 12h14",
	more: "M5.5 11.5v1M12 11.5v1M18.5 11.5v1",
	file: "M7 3h7l5 5v13H7zM14 3v5h5",
	pin: "M9 4h6l-1 6 4 3v2H6v-2l4-3zM12 15v5",
	react: "M12 20a8 8 0 1 1 8-8M9 10v.5M15 10v.5M9 14c1 1.5 4.5 1.8 6 0M19 16v6M16 19h6",
	emoji: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 9.5v.5M15 9.5v.5M8.5 14c1.2 2 5.8 2 7 0",
	reply: "M9 7l-5 5 5 5M4 12h9a6 6 0 0 1 6 6v1",
	again: "M20 5v5h-5M18.5 14.5a7 7 0 1 1-1.2-7.2L20 10",
	forth: "M9 5l7 7-7 7",
	copy: "M9 9h11v11H9zM5 15H4V4h11v1",
	details: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 7.5v.5",
	goTo: "M4 6h11M4 12h6M4 18h11M14 12h7m0 0l-3-3m3 3l-3 3",
	check: "M5 12.5l4.5 4.5L19 7.5",
	close: "M6 6l12 12M18 6L6 18",
	muted: "M4 4l16 16M9.5 5.5A5 5 0 0 1 17 10v3l2 4M7 9v4l-2 4h11M10 20h4",
	send: "M12 19V5m0 0l-6 6m6-6l6 6",
	private: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
	stop: "M8 8h8v8h-8z",
	steer: "M4 19v-3a6 6 0 0 1 6-6h9m0 0l-5-5m5 5l-5 5",
	members:
		"M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-4 2.5-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6M18 14.5c2.3.7 3.5 2.5 3.5 5.5",
	adjust: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
	search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
	gear: "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 19a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
	link: "M10 14a4 4 0 0 0 6 .4l3-3a4.24 4.24 0 0 0-6-6l-1.5 1.5M14 10a4 4 0 0 0-6-.4l-3 3a4.24 4.24 0 0 0 6 6l1.5-1.5",
	down: "M12 5v14m0 0l-6-6m6 6l6-6",
	up: "M12 19V5m0 0l-6 6m6-6l6 6",
};

export type IconName = keyof typeof paths;

/** 20 pixels wide at the default font size. */
export function Icon({ name }: { name: IconName }) {
	return <Drawing path={paths[name]} name={name} />;
}

/** An icon that is not in the list, because only a later part needs it. */
export function Drawing({ path, name }: { path: string; name?: IconName }) {
	return (
		<svg
			viewBox="0 0 24 24"
			width="1.25rem"
			height="1.25rem"
			fill="none"
			stroke="currentColor"
			strokeWidth="2"
			strokeLinecap="round"
			strokeLinejoin="round"
			aria-hidden="true"
			data-icon={name}
		>
			<path d={path} />
		</svg>
	);
}

/** The product's logo. */
export function Mark() {
	return <img src="/icon.svg" alt="" width="28" height="28" />;
}
