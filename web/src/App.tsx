// Which page there is, by the address and by who is signed in.

import { Route, Switch, useLocation } from "wouter";
import { session, useSession } from "./currentSession.ts";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { ConversationPage } from "./pages/ConversationPage.tsx";
import { HomePage } from "./pages/HomePage.tsx";
import { InvitePage } from "./pages/InvitePage.tsx";
import { NoticePage } from "./pages/NoticePage.tsx";
import { SignInPage } from "./pages/SignInPage.tsx";
import type { SessionState } from "./session.ts";
import { strings } from "./strings.ts";

export function App() {
	const state = useSession();
	const reload = { label: strings.reload, act: () => location.reload() };
	return (
		<ErrorBoundary fallback={<NoticePage text={strings.broken} action={reload} />}>
			<Page state={state} />
		</ErrorBoundary>
	);
}

function Page({ state }: { state: SessionState }) {
	const [path] = useLocation();
	switch (state.type) {
		case "unknown":
			return <NoticePage text={strings.loading} />;
		case "unreachable":
			return <NoticePage text={strings.unreachableRetrying} action={{ label: strings.tryAgain, act: () => void session.renew() }} />;
		case "signed_out":
			return <SignInPage isInvited={path.startsWith("/invite/")} />;
		case "signed_in":
			return (
				// Another person's cookie may come from another tab: nothing of the one before them is carried over.
				<Switch key={state.user.id}>
					<Route path="/">
						<HomePage name={state.user.name} />
					</Route>
					<Route path="/c/:id">{({ id }) => <ConversationPage key={id} id={id} token={state.token} userId={state.user.id} />}</Route>
					<Route path="/invite/:token">{({ token }) => <InvitePage invite={token} />}</Route>
					<Route>
						<NoticePage text={strings.gone} hasWayHome />
					</Route>
				</Switch>
			);
		default:
			state satisfies never;
	}
}
