"""What goes over the wire, one module per noun: pydantic models and how they are made of what is stored."""
