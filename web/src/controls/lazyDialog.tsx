// A dialog whose code is loaded when it is first opened. A failed load is repeated the next time.

import { type ComponentType, useEffect, useState } from "react";
import { canLoadParts } from "../browser.ts";
import { useStrings } from "../languages/useStrings.ts";
import { Modal } from "./Modal.tsx";

type State<P> = { type: "loading" } | { type: "loaded"; Part: ComponentType<P> } | { type: "failed" };

/** Returns a component to use like any other. `Failed` takes its place if the code cannot be loaded. */
export function lazyDialog<P extends { onClose(): void }>(
	load: () => Promise<ComponentType<P>>,
	Failed: ComponentType<{ onClose(): void }> = NotLoaded,
): ComponentType<P> {
	let known: State<P> = { type: "loading" };
	return function LazyDialog(props: P) {
		const [state, setState] = useState(known);
		useEffect(() => {
			if (known.type === "loaded") return;
			if (!canLoadParts()) return setState({ type: "failed" });
			load().then(
				(Part) => {
					known = { type: "loaded", Part };
					setState(known);
				},
				() => setState({ type: "failed" }),
			);
		}, []);
		switch (state.type) {
			case "loading":
				return null;
			case "loaded":
				return <state.Part {...props} />;
			case "failed":
				return <Failed onClose={props.onClose} />;
			default:
				return state satisfies never;
		}
	};
}

function NotLoaded({ onClose }: { onClose(): void }) {
	const strings = useStrings();
	return (
		<Modal title={strings.notLoadedTitle} onClose={onClose}>
			<p>{strings.notLoaded}</p>
		</Modal>
	);
}
