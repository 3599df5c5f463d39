from services.ai.scripted import ScriptedAssistant


class OfflineAssistant(ScriptedAssistant):
    name = "offline"
