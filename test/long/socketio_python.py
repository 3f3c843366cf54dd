"""A client written with python3-socketio whose handlers have one parameter.

Arguments: the address, a token, a conversation, a transport (or "default"), and "sync" or "async".
Prints what it received as JSON. Exits with 1 if a handler failed.
"""

import asyncio
import json
import sys

import socketio

url, token, conversation, transport, kind = sys.argv[1:]
received = []
failures = []
words = ["hello from Python", "ha", "ha"]


def keep(name):
    return lambda data: received.append({"name": name, "data": data})


def prepare(client, event_class):
    done = event_class()

    def message(data):
        keep("chat:message")(data)
        if sum(event["name"] == "chat:message" for event in received) == len(words):
            done.set()

    client.on("chat:message", message, namespace="/chat")
    for name in ["chat:joined", "chat:error", "chat:user-joined", "chat:typing"]:
        client.on(name, keep(name), namespace="/chat")
    return done


options = {"auth": {"token": token}, "namespaces": ["/chat"]}
if transport != "default":
    options["transports"] = [transport]


def message(content):
    return {"conversationId": conversation, "content": content, "role": "user"}


def run_sync():
    import threading

    threading.excepthook = lambda failure: failures.append(str(failure.exc_value))
    client = socketio.Client()
    done = prepare(client, threading.Event)
    client.connect(url, **options)
    client.call("chat:join", {"conversationId": conversation}, namespace="/chat")
    answers = [client.call("chat:send", message(text), namespace="/chat") for text in words]
    done.wait(20)
    client.disconnect()
    return answers


async def run_async():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: failures.append(str(context.get("exception", context["message"]))))
    client = socketio.AsyncClient()
    done = prepare(client, asyncio.Event)
    await client.connect(url, **options)
    await client.call("chat:join", {"conversationId": conversation}, namespace="/chat")
    answers = [await client.call("chat:send", message(text), namespace="/chat") for text in words]
    await asyncio.wait_for(done.wait(), 20)
    await client.disconnect()
    return answers


answers = run_sync() if kind == "sync" else asyncio.run(run_async())
print(json.dumps({"received": received, "answers": answers, "failures": failures}))
sys.exit(1 if failures else 0)
