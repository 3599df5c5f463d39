from services.ai.scripted import ScriptedAssistant as OfflineAssistant
