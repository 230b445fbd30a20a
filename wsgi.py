from diagnose import create_app

app = create_app()
